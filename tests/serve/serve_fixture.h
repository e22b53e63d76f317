// A small service over HTTP, and a client that can misbehave.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fer/model.h"
#include "tools/serve/http_server.h"
#include "tools/serve/service.h"

namespace fer::serve {

inline Model grey_model(uint64_t seed) {
  Network net({6, 5, 1}, {"happy", "sad", "neutral"});
  net.add(Conv2D{.filters = 4, .padding = Padding::same(), .activation = Activation::kRelu});
  net.add(Flatten{});
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax});
  Weights weights = initialize(net, seed);
  return {std::move(net), std::move(weights), {}};
}

inline std::vector<std::pair<std::string, Classifier>> two_models() {
  std::vector<std::pair<std::string, Classifier>> models;
  for (const uint64_t seed : {1, 2}) {
    std::vector<Model> one;
    one.push_back(grey_model(seed));
    models.emplace_back(seed == 1 ? "first" : "second", Classifier(std::move(one)));
  }
  return models;
}

// A grey picture, as a file.
inline std::string pgm(int64_t width, int64_t height, int seed) {
  std::string file = "P5\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
  for (int64_t i = 0; i < width * height; ++i) file += static_cast<char>((i * 37 + seed * 101) % 256);
  return file;
}

// Faces are found in pictures of at least 20 pixels' width: the left half and the right half.
inline std::vector<ShownFace> halves(const Image& picture) {
  if (picture.width < 20) return {};
  std::vector<ShownFace> faces;
  const int64_t half = picture.width / 2;
  for (const int64_t left : {int64_t{0}, half}) {
    const Box box = {.left = left, .top = 0, .width = half, .height = picture.height};
    faces.push_back({box, box, crop_face(picture, box, {.margins = {}, .square = false})});
  }
  return faces;
}

struct Part1 {
  std::string name, filename, body;
};
inline std::string form(const std::vector<Part1>& parts) {
  std::string text;
  for (const Part1& part : parts) {
    text += "--XX\r\nContent-Disposition: form-data; name=\"" + part.name + "\"";
    if (!part.filename.empty())
      text += "; filename=\"" + part.filename + "\"\r\nContent-Type: application/octet-stream";
    text += "\r\n\r\n" + part.body + "\r\n";
  }
  return text + "--XX--\r\n";
}

struct Reply {
  int status = 0;
  std::string head, body;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
  std::string code() const { return json()["error"]["code"]; }
};

// One connection.
class Client {
 public:
  explicit Client(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience = {.tv_sec = 30, .tv_usec = 0};  // so that a test fails rather than hangs
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(Client&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_), rest_(std::move(other.rest_)) {}

  bool connected() const { return connected_; }
  bool send(const std::string& text) const {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  // No more is sent.
  void finish() const { ::shutdown(socket_, SHUT_WR); }

  // The next answer; status 0 where the connection ends before it. `bodiless`: of a HEAD request.
  Reply receive(bool bodiless = false) {
    Reply reply;
    while (rest_.find("\r\n\r\n") == std::string::npos) {
      if (!read_some()) return reply;
    }
    const size_t end = rest_.find("\r\n\r\n");
    reply.head = rest_.substr(0, end);
    rest_.erase(0, end + 4);
    reply.status = std::stoi(reply.head.substr(9, 3));
    const size_t at = reply.head.find("Content-Length: ");
    const size_t length = at == std::string::npos || bodiless ? 0 : std::stoul(reply.head.substr(at + 16));
    while (rest_.size() < length) {
      if (!read_some()) return {};
    }
    reply.body = rest_.substr(0, length);
    rest_.erase(0, length);
    return reply;
  }
  // Whether the other side has ended the connection.
  bool ended() { return !read_some(); }

 private:
  bool read_some() {
    char bytes[65536];
    const ssize_t n = ::recv(socket_, bytes, sizeof bytes, 0);
    if (n > 0) rest_.append(bytes, static_cast<size_t>(n));
    return n > 0;
  }

  int socket_;
  bool connected_ = false;
  std::string rest_;
};

// A server in a thread of its own.
class ServerThread {
 public:
  explicit ServerThread(ServiceOptions options = {})
      : service_(two_models(), std::move(options)),
        server_(service_, "127.0.0.1", 0),
        thread_([this] { server_.run(); }) {}
  ~ServerThread() {
    stop();
    join();
  }
  void stop() { server_.stop(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  uint16_t port() const { return port_; }
  Service& service() { return service_; }

  Reply ask(const std::string& text) const {
    Client client(port_);
    client.send(text);
    return client.receive(text.starts_with("HEAD "));
  }
  Reply get(const std::string& target, const std::string& headers = "") const {
    return ask("GET " + target + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
  }
  static std::string post_text(const std::string& target, const std::string& body,
                               const std::string& type = "image/png") {
    return "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  Reply post(const std::string& body, const std::string& target = "/v1/predict",
             const std::string& type = "image/png") const {
    return ask(post_text(target, body, type));
  }
  Reply post_form(const std::vector<Part1>& parts, const std::string& target = "/v1/predict") const {
    return post(form(parts), target, "multipart/form-data; boundary=XX");
  }

 private:
  Service service_;
  HttpServer server_;
  uint16_t port_ = server_.port();
  std::thread thread_;
};

}  // namespace fer::serve
