// What the server does, apart from HTTP: who may ask what, and the answers.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fer/classifier.h"
#include "tools/serve/batcher.h"
#include "tools/serve/limits.h"
#include "tools/serve/message.h"
#include "tools/serve/metrics.h"
#include "tools/serve/pictures.h"
#include "tools/serve/workers.h"

namespace fer::serve {

struct ServiceOptions {
  Limits limits = {};
  std::string token = {};     // that a request must have; "" for none
  size_t threads = 1;         // that decode and compute
  size_t max_batch = 16;      // faces computed at once
  FindFaces find_faces = {};  // none: whole pictures alone
};

// Every member may be called from many threads.
class Service {
 public:
  using Done = std::function<void(Response)>;

  // At least one model, each with a name of its own; the first is the default. Throws Error on a model that takes no
  // pictures.
  Service(std::vector<std::pair<std::string, Classifier>> models, ServiceOptions options);

  // What can be said of a request before its body is read: a refusal, or nothing.
  std::optional<Response> refusal(const Head& head) const;
  // Answers a request that was not refused, through `done`: once, from any thread, perhaps before this returns.
  void answer(Head head, std::string body, Done done);
  // "POST /v1/predict" and the others.
  static std::vector<std::string> routes();
  // The route of a target for Metrics::request.
  static std::string route_of(std::string_view target);

  const Limits& limits() const { return options_.limits; }
  Metrics& metrics() { return metrics_; }
  // From now on /healthz says that the server ends.
  void stop() { stopping_ = true; }

 private:
  struct Served {
    std::string name;
    Classifier classifier;
    std::unique_ptr<Explainer> explainer;
    std::unique_ptr<Batcher> batcher;
  };
  struct Job;
  const Served& model_of(const std::string& name) const;
  Response get(const std::string& path) const;
  Response models_response() const;
  void predict(Head head, std::string body, Done done);
  void look(const std::shared_ptr<Job>& job);
  void respond(const Job& job, const std::exception_ptr& failure, std::span<const float> probabilities);

  const ServiceOptions options_;
  std::vector<Served> models_;
  Metrics metrics_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<Workers> workers_;  // last: ends before what it uses
};

}  // namespace fer::serve
