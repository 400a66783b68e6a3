// Package service is the service of the test shop for Go: test/client/python/shop_service.py says what it does and how
// it is told. It knows no tracing library, so that two modules can use it with two versions of the same library.
package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// Tracing is one library; all methods may be called from several requests at once.
type Tracing interface {
	// Handler makes a server span around each request.
	Handler(name string, next http.Handler) http.Handler
	// Call makes a client span around the request, whose headers it extends.
	Call(request *http.Request, name string, do func(*http.Request) (*http.Response, error)) (*http.Response, error)
	// QueryStock makes a span that fails.
	QueryStock(ctx context.Context, err error)
	// QueryDatabase makes a span of a call of the database with Statement, which takes until wait returns.
	QueryDatabase(ctx context.Context, wait func())
	TraceID(ctx context.Context) string
	Close() error
}

var (
	Name        = os.Getenv("SHOP_SERVICE")
	Endpoint    = os.Getenv("SHOP_ENDPOINT")
	Protocol    = os.Getenv("SHOP_PROTOCOL")
	Propagation = os.Getenv("SHOP_PROPAGATION")
)

// What the stock's span carries, in the types that the library knows.
const (
	StockItems   = 3
	StockExpress = true
	StockTotal   = 12.5
	StockNote    = "für Käthe 登山"
)

// StockTexts are the same for libraries that know only texts.
var StockTexts = map[string]string{"shop.items": "3", "shop.express": "true", "shop.total": "12.5", "shop.note": StockNote}

// What /orders asks the database, as the span of the call has it; /orders/slow takes slowQuery.
const (
	Statement = "SELECT id, total FROM orders WHERE customer = ? ORDER BY placed DESC"
	Database  = "shop-db"
	slowQuery = 400 * time.Millisecond
)

type answer struct {
	Service string          `json:"service"`
	TraceID string          `json:"trace_id"`
	Next    json.RawMessage `json:"next"`
}

func callNext(ctx context.Context, tracing Tracing, urls string) (json.RawMessage, error) {
	next, rest, _ := strings.Cut(urls, ",")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, next, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Shop-Next", rest)
	response, err := tracing.Call(request, "GET "+request.URL.Path, http.DefaultClient.Do)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var body json.RawMessage
	return body, json.NewDecoder(response.Body).Decode(&body)
}

func handle(tracing Tracing) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		result := answer{Service: Name, TraceID: tracing.TraceID(request.Context())}
		if path := request.URL.Path; strings.HasPrefix(path, "/orders") {
			tracing.QueryDatabase(request.Context(), func() {
				if strings.HasSuffix(path, "/slow") {
					time.Sleep(slowQuery)
				}
			})
		} else if urls := request.Header.Get("X-Shop-Next"); urls == "" {
			tracing.QueryStock(request.Context(), errors.New("out of stock"))
		} else {
			var err error
			if result.Next, err = callNext(request.Context(), tracing, urls); err != nil {
				log.Print("ERROR ", err)
			}
		}
		_ = json.NewEncoder(writer).Encode(result)
	})
}

// Serve answers requests until SIGTERM, then has the library send what it holds.
func Serve(tracing Tracing) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	inner := handle(tracing)
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
			tracing.Handler("GET "+request.URL.Path, inner).ServeHTTP(writer, request)
		}))
	}()
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	<-ended
	return tracing.Close()
}
