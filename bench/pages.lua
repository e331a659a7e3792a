-- Sends what a page sends when a visitor nobody has seen before looks at one of 1,000 products.
-- Arguments: public id of the business, seed. Prints one line of JSON.

local PRODUCTS = 1000
local described, head = {}, ""

function init(args)
    local business, seed = args[1], args[2]
    math.randomseed(tonumber(seed))
    for number = 1, PRODUCTS do
        -- All references have one length, so that everything before the body is always the same.
        described[number] = string.format(
            '","user_parameters":{},"action":"product.viewed","object_parameters":'
                .. '{"reference":"page-%04d","source":"shop","name":"Product %04d",'
                .. '"price":{"amount":"%02d.90","currency":"USD"},"categories":["Bags"]},'
                .. '"page":{"url":"https://shop.example/products/%04d","title":"Product %04d",'
                .. '"path":"/products/%04d"},"utm_params":{}}',
            number, number, number % 90 + 10, number, number, number)
    end
    head = table.concat({
        "POST /v1/track/events HTTP/1.1",
        "Host: 127.0.0.1",
        "Origin: https://shop.example",
        "Authorization: Bearer " .. business,
        "Content-Type: application/json",
        "Content-Length: " .. #body(1),
        "", "",
    }, "\r\n")
end

function session()
    return string.format("%04x%04x-%04x-4%03x-%04x-%04x%04x%04x",
        math.random(0, 65535), math.random(0, 65535), math.random(0, 65535),
        math.random(0, 4095), math.random(32768, 49151),
        math.random(0, 65535), math.random(0, 65535), math.random(0, 65535))
end

function body(number)
    return '{"session":"' .. session() .. described[number]
end

function request()
    return head .. body(math.random(PRODUCTS))
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
