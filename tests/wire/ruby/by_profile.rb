HTTParty.post "https://api.hellotext.com/v1/attribution/events", 
  headers: { 
    "Authorization" => "Bearer ALK_eSMRuwJ2Al...",
    "Content-Type" => "application/json"
  },
  body: { 
    action: "product.purchased",
    product: "vxqQJ3Yg",
    profile: "PROFILE_ID"
  }.to_json
