// libFuzzer target: what comes in on a connection of fer-serve. Whatever it is, every request in it is answered, with a
// status of HTTP and JSON that says what is wrong, or not at all where it is cut short.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <nlohmann/json.hpp>

#include "fer/model.h"
#include "tools/serve/exchange.h"
#include "tools/serve/service.h"

namespace {

using namespace fer;         // NOLINT
using namespace fer::serve;  // NOLINT

std::vector<ShownFace> upper_half(const Image& picture) {
  if (picture.height < 2) return {};
  const Box box = {.left = 0, .top = 0, .width = picture.width, .height = picture.height / 2};
  return {{box, box, crop_face(picture, box, {.square = false})}};
}

Service& service() {
  static Service only = [] {
    Network net({4, 4, 1}, {"happy", "sad"});
    net.add(Conv2D{.filters = 2, .padding = Padding::same(), .activation = Activation::kRelu});
    net.add(Flatten{});
    net.add(Dense{.units = 2, .activation = Activation::kSoftmax});
    Weights weights = initialize(net, 1);
    std::vector<Model> model;
    model.push_back({std::move(net), std::move(weights), {}});
    std::vector<std::pair<std::string, Classifier>> models;
    models.emplace_back("only", Classifier(std::move(model)));
    ServiceOptions options;
    options.find_faces = upper_half;
    options.limits.max_bytes = 1 << 16;
    options.limits.max_pixels = 1 << 16;  // so that a small input does not take long
    options.limits.max_pictures = 4;
    return Service(std::move(models), std::move(options));
  }();
  return only;
}

void check(const Response& response) {
  if (response.status < 200 || response.status > 599) std::abort();
  if (response.content_type != "application/json") return;
  const nlohmann::json json = nlohmann::json::parse(response.body, nullptr, false);
  if (json.is_discarded()) std::abort();
  if (response.status >= 400 && response.status != 503 && json["error"]["status"] != response.status) std::abort();
}

Response answer_of(Head head, std::string body) {
  std::promise<Response> answered;
  service().answer(std::move(head), std::move(body),
                   [&](Response response) { answered.set_value(std::move(response)); });
  return answered.get_future().get();
}

// Reads one request as Session does; removes it from `text`. False where no other follows.
bool serve_one(std::string_view& text) {
  Parser parser;
  prepare(parser);
  std::string body;
  char chunk[512];
  bool asked = false;
  while (!parser.is_done()) {
    parser.get().body().data = chunk;
    parser.get().body().size = sizeof chunk;
    boost::system::error_code error;
    const size_t used = parser.put(boost::asio::buffer(text.data(), text.size()), error);
    text.remove_prefix(used);
    body.append(chunk, sizeof chunk - parser.get().body().size);
    if (error == http::error::need_more || (used == 0 && !error && text.empty())) return false;
    if (error && error != http::error::need_buffer) {
      check(malformed(error));
      return false;
    }
    if (!asked && parser.is_header_done()) {
      asked = true;
      if (const auto refusal = service().refusal(head_of(parser))) {
        check(*refusal);
        return false;
      }
    }
    if (body.size() > service().limits().max_bytes) std::abort();
  }
  check(answer_of(head_of(parser), std::move(body)));
  return parser.keep_alive();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  while (!text.empty() && serve_one(text)) {
  }
  return 0;
}
