package main

import (
	"cmp"
	"log"
	"net/http"
	"os"

	"github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/ext"
	"github.com/uber/jaeger-client-go/config"
)

func main() {
	// Spans go to the agent's UDP port: JAEGER_AGENT_HOST, JAEGER_AGENT_PORT.
	settings, err := config.FromEnv()
	if err != nil {
		log.Fatal(err)
	}
	settings.ServiceName, settings.Sampler = "hello", &config.SamplerConfig{Type: "const", Param: 1}
	tracer, closer, err := settings.NewTracer(config.Gen128Bit(true))
	if err != nil {
		log.Fatal(err)
	}
	defer closer.Close()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		caller, _ := tracer.Extract(opentracing.HTTPHeaders, opentracing.HTTPHeadersCarrier(r.Header))
		span := tracer.StartSpan("GET /", ext.RPCServerOption(caller))
		defer span.Finish()
		w.Write([]byte("hello\n"))
	})
	log.Print(http.ListenAndServe("127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"), nil))
}
