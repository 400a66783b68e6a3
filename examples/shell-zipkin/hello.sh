# One span as Zipkin's JSON. Any language that has HTTP and JSON can do this.
curl -sS "$ZIPKIN_URL/api/v2/spans" -H 'Content-Type: application/json' -d '[{
  "traceId": "'"$(openssl rand -hex 16)"'", "id": "'"$(openssl rand -hex 8)"'", "name": "GET /", "kind": "SERVER",
  "timestamp": '"$(date +%s)"'000000, "duration": 250000, "localEndpoint": {"serviceName": "hello"}}]'
