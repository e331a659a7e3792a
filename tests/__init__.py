"""The promises of Footfall, each as a test that runs on real parts."""
