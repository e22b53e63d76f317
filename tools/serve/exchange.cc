#include "tools/serve/exchange.h"

#include <fmt/format.h>

#include <limits>

namespace fer::serve {
namespace {

std::string text_of(boost::string_view view) { return {view.data(), view.size()}; }

// Of a whole address, as proxies send it (RFC 9112, 3.2.2), what follows the host.
std::string path_and_query(std::string target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!beast::iequals(target.substr(0, scheme.size()), {scheme.data(), scheme.size()})) continue;
    const size_t begin = target.find_first_of("/?", scheme.size());
    if (begin == std::string::npos) return "/";
    return fmt::format("{}{}", target[begin] == '/' ? "" : "/", target.substr(begin));
  }
  return target;
}

}  // namespace

void prepare(Parser& parser) {
  constexpr uint32_t kMaxHead = 16384;  // bytes of the first line and of all header lines
  parser.header_limit(kMaxHead);
  parser.body_limit(
      std::numeric_limits<uint64_t>::max());  // Service::refusal reads what the head claims, and says more
}

Head head_of(const Parser& parser) {
  const auto& request = parser.get();
  Head head;
  head.method = text_of(request.method_string());
  head.target = path_and_query(text_of(request.target()));
  head.content_type = text_of(request[http::field::content_type]);
  head.authorization = text_of(request[http::field::authorization]);
  head.chunked = parser.chunked();
  if (const auto length = parser.content_length()) head.content_length = *length;
  return head;
}

bool expects_continue(const Parser& parser) {
  return beast::iequals(parser.get()[http::field::expect], "100-continue");
}

Response malformed(const boost::system::error_code& error) {
  if (error == http::error::header_limit) {
    return error_response({431, "too_long_a_head", "expected a shorter address and fewer header lines"});
  }
  return error_response({400, "bad_request", fmt::format("expected a request in HTTP/1.1: {}", error.message())});
}

http::response<http::string_body> written(Response response, unsigned version, bool keep_alive) {
  http::response<http::string_body> out(static_cast<http::status>(response.status), version);
  out.set(http::field::content_type, response.content_type);
  out.set(http::field::cache_control, "no-store");
  out.set("X-Content-Type-Options", "nosniff");
  out.set("Referrer-Policy", "no-referrer");
  for (const auto& [name, value] : response.headers) out.set(name, value);
  out.keep_alive(keep_alive);
  out.body() = std::move(response.body);
  out.content_length(out.body().size());
  return out;
}

}  // namespace fer::serve
