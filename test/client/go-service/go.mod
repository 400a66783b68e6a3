module clew.example/service

go 1.24.0
