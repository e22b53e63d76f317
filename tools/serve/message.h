// Requests and answers as this server knows them, apart from how they travel.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fer::serve {

// What stands before a body.
struct Head {
  std::string method, target;  // "POST", "/v1/predict?mode=whole"
  std::string content_type, authorization;
  std::optional<uint64_t> content_length;
  bool chunked = false;  // a body whose length is not said before
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// What is wrong with a request: the answer's status, a word for programs, and a sentence for people.
class RequestError : public std::runtime_error {
 public:
  RequestError(int status, std::string code, const std::string& message)
      : std::runtime_error(message), status_(status), code_(std::move(code)) {}
  int status() const { return status_; }
  const std::string& code() const { return code_; }

 private:
  int status_;
  std::string code_;
};

// {"error": {"status": 413, "code": "too_many_bytes", "message": "..."}}
Response error_response(const RequestError& error);

// A target taken apart. Throws RequestError (400) on a bad escape, and on a parameter that is given twice.
struct Target {
  std::string path;
  std::map<std::string, std::string> parameters;
};
Target parse_target(std::string_view target);

// "multipart/form-data" of "Multipart/Form-Data; boundary=x".
std::string media_type(std::string_view content_type);

}  // namespace fer::serve
