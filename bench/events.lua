-- Sends the first request of the tracking API with a random product and profile each time.
-- Arguments: token, file of names (a product and a profile per line), seed. Prints one line of JSON.

local products, profiles, head = {}, {}, ""

function init(args)
    local token, file, seed = args[1], args[2], args[3]
    math.randomseed(tonumber(seed))
    for line in io.lines(file) do
        local product, profile = line:match("^(%S+) (%S+)$")
        products[#products + 1] = product
        profiles[#profiles + 1] = profile
    end
    -- All names have one length, so that everything before them is the same for every request.
    head = table.concat({
        "POST /v1/attribution/events HTTP/1.1",
        "Host: 127.0.0.1",
        "Authorization: Bearer " .. token,
        "Content-Type: application/json",
        "Content-Length: " .. #body(1, 1),
        "", "",
    }, "\r\n")
end

function body(product, profile)
    return '{"action":"product.purchased","product":"' .. products[product]
        .. '","profile":"' .. profiles[profile] .. '"}'
end

function request()
    return head .. body(math.random(#products), math.random(#profiles))
end

function done(summary, latency, _)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,'
            .. '"refused":%d,"failed":%d}\n',
        summary.requests, summary.duration / 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
