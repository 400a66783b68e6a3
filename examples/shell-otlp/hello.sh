# One span as OTLP JSON. Any language that has HTTP and JSON can do this.
now=$(date +%s)
curl -sS "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces" -H 'Content-Type: application/json' -d '{"resourceSpans": [{
  "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "hello"}}]},
  "scopeSpans": [{"spans": [{"traceId": "'"$(openssl rand -hex 16)"'", "spanId": "'"$(openssl rand -hex 8)"'", "name": "GET /", "kind": 2,
    "startTimeUnixNano": "'$now'000000000", "endTimeUnixNano": "'$now'250000000"}]}]}]}'
