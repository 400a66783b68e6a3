package main

import (
	"cmp"
	"log"
	"net/http"
	"os"

	"github.com/openzipkin/zipkin-go"
	zipkinhttp "github.com/openzipkin/zipkin-go/middleware/http"
	reporter "github.com/openzipkin/zipkin-go/reporter/http"
)

func main() {
	spans := reporter.NewReporter(os.Getenv("ZIPKIN_URL") + "/api/v2/spans")
	defer spans.Close()
	endpoint, _ := zipkin.NewEndpoint("hello", "127.0.0.1:8080")
	tracer, err := zipkin.NewTracer(spans, zipkin.WithLocalEndpoint(endpoint), zipkin.WithTraceID128Bit(true))
	if err != nil {
		log.Fatal(err)
	}
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("hello\n"))
	})
	http.Handle("/", zipkinhttp.NewServerMiddleware(tracer, zipkinhttp.SpanName("GET /"))(hello))
	log.Print(http.ListenAndServe("127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"), nil))
}
