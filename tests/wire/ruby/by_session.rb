HTTParty.post "https://api.hellotext.com/v1/attribution/events", 
  headers: { 
    "Authorization" => "Bearer ALK_eSMRuwJ2Al...",
    "Content-Type" => "application/json"
  },
  body: { 
    action: "product.purchased",
    product_id: "vxqQJ3Yg",
    session_id: "HELLOTEXT_SESSION_ID"
  }.to_json
