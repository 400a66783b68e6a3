package main

import (
	"cmp"
	"log"
	"net/http"
	"os"

	"github.com/SkyAPM/go2sky"
	skyhttp "github.com/SkyAPM/go2sky/plugins/http"
	"github.com/SkyAPM/go2sky/reporter"
)

func main() {
	spans, err := reporter.NewGRPCReporter(os.Getenv("SW_DIRECT_SERVERS"))
	if err != nil {
		log.Fatal(err)
	}
	defer spans.Close()
	tracer, err := go2sky.NewTracer("hello", go2sky.WithReporter(spans))
	if err != nil {
		log.Fatal(err)
	}
	tracer.WaitUntilRegister()
	middleware, _ := skyhttp.NewServerMiddleware(tracer)
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("hello\n"))
	})
	http.Handle("/", middleware(hello))
	log.Print(http.ListenAndServe("127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"), nil))
}
