"""Run by the Python of an environment with ChannelAttribution in it: times its Markov chains.

``channel_attribution.py PATHS ORDERS SIMULATIONS``: reads path counts from a CSV file, prints the
seconds that each order took as JSON. Simulations: ``default``, or a number of journeys.
"""

import contextlib
import json
import sys
import time

import ChannelAttribution  # type: ignore[import-not-found]
import pandas  # type: ignore[import-untyped]


def main() -> None:
    file, orders, simulations = sys.argv[1:]
    paths = pandas.read_csv(file)
    took = {}
    for order in map(int, orders.split(",")):
        options = {"order": order, "var_null": "nulls", "flg_pro": False}
        if simulations != "default":
            options["nsim_start"] = float(simulations)
        with contextlib.redirect_stdout(sys.stderr):
            began = time.perf_counter()
            ChannelAttribution.markov_model(
                paths, "path", "conversions", var_value="value", **options
            )
            took[order] = time.perf_counter() - began
    print(json.dumps(took))


if __name__ == "__main__":
    main()
