// One connection.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/serve/asio.h"
#include "tools/serve/exchange.h"
#include "tools/serve/service.h"

namespace fer::serve {

class Session;

// All connections, for the thread that serves them.
struct Sessions {
  Service& service;
  std::list<Session*> open = {};
  std::list<Session*> idle = {};       // those without a request, longest first
  std::list<Session*> receiving = {};  // those whose request is on its way, the oldest first
  size_t received = 0;                 // bytes of bodies on their way
  bool stopping = false;
  std::function<void()> emptied = {};  // called where none is open any more
};

// Reads a request, has it answered, writes the answer, and begins again, until the client or a limit ends it. Lives as
// long as something is under way. All in one thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Sessions& all, asio::ip::tcp::socket socket);
  ~Session();
  Session(const Session&) = delete;

  void start();
  // Answers 503, and ends.
  void turn_away();
  // Ends it: no more is read, nothing is said.
  void drop();
  // Ends the request that is on its way: this is its answer.
  void cut(Response response);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Where { kNone, kIdle, kReceiving };
  void move_to(Where where);
  void wait_for_request();
  void read_head();
  void on_head(const boost::system::error_code& error);
  bool ended(const boost::system::error_code& error);
  void say_continue();
  void read_body();
  void on_body(const boost::system::error_code& error);
  void make_room();
  void ask();
  void refuse(Response response);
  void respond(Response response, bool keep_alive);
  void on_written(bool keep_alive);
  void linger();

  Sessions& all_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<http::response<http::string_body>> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  Head head_;
  std::string body_;
  std::vector<char> chunk_;
  Where where_ = Where::kNone;
  asio::steady_timer deadline_;  // of what is received
  std::optional<Response> cut_;
  std::list<Session*>::iterator in_open_, in_queue_;
  Clock::time_point begin_;
  unsigned version_ = 11;
  size_t lingered_ = 0;
};

}  // namespace fer::serve
