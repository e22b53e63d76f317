#include "tools/serve/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "fer/error.h"
#include "fer/version.h"
#include "tools/serve/answer.h"
#include "tools/serve/embedded.h"

namespace fer::serve {
namespace {

struct Route {
  std::string_view path;
  bool posts;    // POST; else GET and HEAD
  bool guarded;  // wants the token, where there is one
};

constexpr std::array kRoutes = {
    Route{"/", false, false},       Route{"/openapi.json", false, false}, Route{"/healthz", false, false},
    Route{"/metrics", false, true}, Route{"/v1/models", false, true},     Route{"/v1/predict", true, true},
};

const Route* find_route(std::string_view path) {
  const auto* found = std::ranges::find(kRoutes, path, &Route::path);
  return found == kRoutes.end() ? nullptr : found;
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find_first_of("?#")); }

// Takes as long whatever the token is.
bool same_secret(std::string_view given, std::string_view wanted) {
  unsigned char difference = given.size() == wanted.size() ? 0 : 1;
  for (size_t i = 0; i < wanted.size(); ++i) {
    difference |= static_cast<unsigned char>(wanted[i] ^ (i < given.size() ? given[i] : 0));
  }
  return difference == 0;
}

void check_method(const Route& route, const Head& head) {
  const bool reads = head.method == "GET" || head.method == "HEAD";
  if (route.posts ? head.method == "POST" : reads) return;
  throw RequestError(405, "method_not_allowed",
                     fmt::format("{}: expected {}, found {}", route.path, route.posts ? "POST" : "GET", head.method));
}

void check_body(const Route& route, const Head& head, const Limits& limits) {
  if (!route.posts) {
    if (head.chunked || head.content_length.value_or(0) > 0) {
      throw RequestError(400, "unexpected_body", fmt::format("{}: expected a request without a body", route.path));
    }
    return;
  }
  if (!head.content_length) {
    throw RequestError(411, "length_required", "expected Content-Length: the size of the body, said before it");
  }
  if (*head.content_length > limits.max_bytes) {
    throw RequestError(
        413, "too_many_bytes",
        fmt::format("expected a body of at most {} bytes, found {}", limits.max_bytes, *head.content_length));
  }
  const std::string type = media_type(head.content_type);
  // (What curl --data-binary calls everything; the first bytes of a picture tell what it is.)
  const bool good = type.empty() || type.starts_with("image/") || type == "application/octet-stream" ||
                    type == "application/x-www-form-urlencoded" || type == "multipart/form-data";
  if (good) return;
  throw RequestError(415, "no_picture_type",
                     fmt::format("Content-Type: expected image/*, application/octet-stream or multipart/form-data, "
                                 "found {}",
                                 type));
}

Response html_response(std::string_view page) {
  Response response{
      .status = 200, .content_type = "text/html; charset=utf-8", .body = std::string(page), .headers = {}};
  // The page is one file: what it runs and how it looks stand in it, and it asks this server alone.
  response.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src blob: data:; "
       "media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"Permissions-Policy", "camera=(self), microphone=(), geolocation=()"}};
  return response;
}

}  // namespace

// A request for predictions on its way through the threads.
struct Service::Job {
  Wish wish;
  Head head;
  std::string body;
  const Served* model = nullptr;
  std::vector<Looked> pictures;
  std::chrono::steady_clock::time_point deadline;
  Done done;
};

Service::Service(std::vector<std::pair<std::string, Classifier>> models, ServiceOptions options)
    : options_(std::move(options)) {
  std::vector<Batcher*> batchers;
  models_.reserve(models.size());
  for (std::pair<std::string, Classifier>& given : models) {
    const std::string& name = given.first;
    Classifier& classifier = given.second;
    if (classifier.takes_landmarks())
      throw Error(name + ": expected a model that takes pictures, found one for landmarks");
    auto explainer = std::make_unique<Explainer>(classifier.model(0));
    models_.push_back({name, std::move(classifier), std::move(explainer), nullptr});
    const Classifier& model = models_.back().classifier;
    const auto bytes = static_cast<size_t>(model.height() * model.width() * model.channels());
    models_.back().batcher = std::make_unique<Batcher>(
        bytes, static_cast<size_t>(model.class_count()), options_.max_batch,
        [this, &model, bytes](std::span<const uint8_t> pixels, std::span<float> probabilities) {
          model.predict_into(pixels, probabilities);
          metrics_.batch(pixels.size() / bytes);
        });
    batchers.push_back(models_.back().batcher.get());
  }
  workers_ = std::make_unique<Workers>(options_.threads, options_.limits.max_waiting, batchers);
}

std::vector<std::string> Service::routes() {
  std::vector<std::string> all;
  all.reserve(kRoutes.size());
  for (const Route& route : kRoutes) all.push_back(fmt::format("{} {}", route.posts ? "POST" : "GET", route.path));
  return all;
}

std::string Service::route_of(std::string_view target) {
  const Route* route = find_route(path_of(target));
  return route == nullptr ? "other" : std::string(route->path);
}

std::optional<Response> Service::refusal(const Head& head) const {
  try {
    const Route* route = find_route(path_of(head.target));
    if (route == nullptr)
      throw RequestError(404, "not_found", "there is nothing at this address: /openapi.json says what there is");
    check_method(*route, head);
    if (route->guarded && !options_.token.empty() && !same_secret(head.authorization, "Bearer " + options_.token)) {
      throw RequestError(401, "no_token", "expected the header Authorization: Bearer TOKEN with this server's token");
    }
    check_body(*route, head, options_.limits);
    const Target target = parse_target(head.target);
    if (route->posts) model_of(parse_wish(target, static_cast<bool>(options_.find_faces)).model);
  } catch (const RequestError& error) {
    Response response = error_response(error);
    if (error.status() == 405) {
      response.headers.emplace_back("Allow", find_route(path_of(head.target))->posts ? "POST" : "GET, HEAD");
    }
    return response;
  }
  return std::nullopt;
}

void Service::answer(Head head, std::string body, Done done) {
  const std::string path(path_of(head.target));
  if (path == "/v1/predict") return predict(std::move(head), std::move(body), std::move(done));
  metrics_.waiting = static_cast<int64_t>(workers_->waiting());
  done(get(path));
}

Response Service::get(const std::string& path) const {
  if (path == "/") return html_response(embedded_file("page"));
  if (path == "/openapi.json") return {.body = std::string(embedded_file("openapi"))};
  if (path == "/metrics") {
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_.text()};
  }
  if (path == "/v1/models") return models_response();
  const bool stopping = stopping_;
  const nlohmann::ordered_json json = {{"status", stopping ? "stopping" : "ok"}, {"version", version()}};
  return {.status = stopping ? 503 : 200, .body = json.dump() + "\n"};
}

Response Service::models_response() const {
  nlohmann::ordered_json json, models = nlohmann::ordered_json::array();
  for (const Served& served : models_) models.push_back(model_json(served.name, served.classifier));
  json["models"] = models;
  json["default"] = models_[0].name;
  json["modes"] = options_.find_faces ? std::vector<std::string>{"faces", "whole"} : std::vector<std::string>{"whole"};
  json["limits"] = limits_json(options_.limits);
  return {.body = dumped(json)};
}

const Service::Served& Service::model_of(const std::string& name) const {
  if (name.empty()) return models_[0];
  const auto found = std::ranges::find(models_, name, &Served::name);
  if (found != models_.end()) return *found;
  throw RequestError(404, "no_such_model", fmt::format("model: there is no \"{}\": /v1/models names them", name));
}

void Service::predict(Head head, std::string body, Done done) {
  const auto job = std::make_shared<Job>();
  job->head = std::move(head);
  job->body = std::move(body);
  job->done = std::move(done);
  job->deadline = std::chrono::steady_clock::now() + options_.limits.wait_time;
  if (workers_->offer([this, job] { look(job); })) return;
  job->done(error_response({503, "busy", "too many requests wait already: try again soon"}));
}

void Service::look(const std::shared_ptr<Job>& job) {
  try {
    if (std::chrono::steady_clock::now() > job->deadline) {
      throw RequestError(503, "waited_too_long", "no thread was free in time: try again soon");
    }
    const bool finds = static_cast<bool>(options_.find_faces);
    job->wish = parse_wish(parse_target(job->head.target), finds);
    const std::vector<Upload> uploads = parse_uploads(job->head, job->body, options_.limits, job->wish, finds);
    job->model = &model_of(job->wish.model);
    const Look how{.classifier = job->model->classifier,
                   .find = job->wish.faces ? &options_.find_faces : nullptr,
                   .explainer = job->wish.why ? job->model->explainer.get() : nullptr};
    std::vector<uint8_t> inputs;
    for (const Upload& upload : uploads) {
      if (std::chrono::steady_clock::now() > job->deadline) {
        throw RequestError(503, "took_too_long", "the pictures take too long: send fewer or smaller ones at once");
      }
      job->pictures.push_back(look_at(upload, how, options_.limits));
      std::vector<uint8_t>& of_one = job->pictures.back().inputs;
      inputs.insert(inputs.end(), of_one.begin(), of_one.end());
      of_one = {};
    }
    job->body = {};
    job->model->batcher->add(std::move(inputs), [this, job](const std::exception_ptr& failure,
                                                            std::span<const float> p) { respond(*job, failure, p); });
    workers_->wake();
  } catch (const RequestError& error) {
    job->done(error_response(error));
  } catch (const std::exception&) {
    job->done(error_response({503, "no_memory", "there is not enough memory for this request now"}));
  }
}

void Service::respond(const Job& job, const std::exception_ptr& failure, std::span<const float> probabilities) {
  Response response;
  try {
    if (failure != nullptr) std::rethrow_exception(failure);
    response = predict_response({.model = job.model->name, .faces = job.wish.faces}, job.model->classifier,
                                job.pictures, probabilities);
    size_t faces = 0, bad = 0;
    for (const Looked& picture : job.pictures) {
      faces += picture.boxes.size();
      bad += picture.refused ? 1 : 0;
    }
    metrics_.pictures(job.pictures.size() - bad, bad, faces);
  } catch (const std::exception&) {
    response = error_response({503, "no_memory", "there is not enough memory for this request now"});
  }
  job.done(std::move(response));
}

}  // namespace fer::serve
