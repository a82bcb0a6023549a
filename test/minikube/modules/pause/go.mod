module timonier/test/minikube/pause

go 1.24.0
