// The shop service, traced by one library. Usage: shop otel|jaeger|zipkin|skywalking
package main

import (
	"fmt"
	"log"
	"os"

	"clew.example/service"
)

func start(library string) (service.Tracing, error) {
	switch library {
	case "otel":
		return startOpenTelemetry()
	case "jaeger":
		return startJaeger()
	case "zipkin":
		return startZipkin()
	case "skywalking":
		return startSkyWalking()
	}
	return nil, fmt.Errorf("no library named %q", library)
}

func main() {
	tracing, err := start(os.Args[1])
	if err == nil {
		err = service.Serve(tracing)
	}
	if err != nil {
		log.Fatal("ERROR ", err)
	}
}
