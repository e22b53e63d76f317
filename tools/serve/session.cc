#include "tools/serve/session.h"

#include <algorithm>

namespace fer::serve {
namespace {

constexpr size_t kChunk = 16384;                // of a body, read at once
constexpr size_t kMaxBuffer = 65536;            // what lies unread, of this request and the next
constexpr size_t kMaxLinger = size_t{1} << 20;  // bytes of a refused request that are read and thrown away
constexpr std::chrono::seconds kLingerTime{2};

}  // namespace

Session::Session(Sessions& all, asio::ip::tcp::socket socket)
    : all_(all),
      stream_(std::move(socket)),
      buffer_(kMaxBuffer),
      deadline_(stream_.get_executor()),
      in_open_(all.open.insert(all.open.end(), this)) {
  boost::system::error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  all_.service.metrics().connections = static_cast<int64_t>(all_.open.size());
}

Session::~Session() {
  move_to(Where::kNone);
  all_.open.erase(in_open_);
  all_.service.metrics().connections = static_cast<int64_t>(all_.open.size());
  if (all_.open.empty() && all_.emptied) all_.emptied();
}

void Session::move_to(Where where) {
  if (where_ == Where::kIdle) all_.idle.erase(in_queue_);
  if (where_ == Where::kReceiving) {
    all_.receiving.erase(in_queue_);
    all_.received -= body_.size();
  }
  where_ = where;
  if (where == Where::kIdle) in_queue_ = all_.idle.insert(all_.idle.end(), this);
  if (where == Where::kReceiving) in_queue_ = all_.receiving.insert(all_.receiving.end(), this);
  all_.service.metrics().received_bytes = static_cast<int64_t>(all_.received);
}

void Session::start() { wait_for_request(); }

void Session::drop() {
  move_to(Where::kNone);
  boost::system::error_code ignored;
  stream_.socket().close(ignored);
}

void Session::cut(Response response) {
  cut_ = std::move(response);
  stream_.cancel();
}

// The next request may already lie in the buffer.
void Session::wait_for_request() {
  parser_.reset();
  body_ = {};
  chunk_ = {};
  if (buffer_.size() > 0) return read_head();
  buffer_.shrink_to_fit();
  if (all_.stopping) return;
  move_to(Where::kIdle);
  stream_.expires_after(all_.service.limits().idle_time);
  constexpr size_t kFirst = 2048;
  stream_.async_read_some(buffer_.prepare(kFirst), [self = shared_from_this()](const auto& error, size_t bytes) {
    self->move_to(Where::kNone);
    if (error) return;
    self->buffer_.commit(bytes);
    self->read_head();
  });
}

// The whole request must be there in time, however slowly it comes.
void Session::read_head() {
  begin_ = Clock::now();
  move_to(Where::kReceiving);
  parser_.emplace();
  prepare(*parser_);
  stream_.expires_never();
  deadline_.expires_after(all_.service.limits().receive_time);
  deadline_.async_wait([weak = weak_from_this()](const auto& cancelled) {
    const std::shared_ptr<Session> self = cancelled ? nullptr : weak.lock();
    if (self == nullptr || self->where_ != Where::kReceiving) return;
    if (Clock::now() - self->begin_ < self->all_.service.limits().receive_time) return;  // it was the last request's
    self->cut(error_response({408, "too_slow", "the request took too long to arrive"}));
  });
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](const auto& error, size_t) { self->on_head(error); });
}

// Whether the request ends here: cut short, no HTTP, or its client has gone.
bool Session::ended(const boost::system::error_code& error) {
  const bool of_http = error.category() == http::make_error_code(http::error::bad_method).category();
  if (cut_) {
    refuse(std::move(*cut_));
  } else if (!error) {
    return false;
  } else if (of_http && error != http::error::end_of_stream && error != http::error::partial_message) {
    refuse(malformed(error));
  } else {
    move_to(Where::kNone);
  }
  return true;
}

void Session::on_head(const boost::system::error_code& error) {
  if (ended(error)) return;
  head_ = head_of(*parser_);
  version_ = parser_->get().version();
  if (std::optional<Response> refusal = all_.service.refusal(head_)) return refuse(std::move(*refusal));
  if (parser_->is_done()) return ask();
  if (expects_continue(*parser_)) return say_continue();
  read_body();
}

void Session::say_continue() {
  static constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(kContinue, sizeof kContinue - 1),
                    [self = shared_from_this()](const auto& error, size_t) {
                      if (!self->ended(error)) self->read_body();
                    });
}

// Memory is taken for what has come, not for what is claimed.
void Session::read_body() {
  chunk_.resize(std::clamp<size_t>(head_.content_length.value_or(kChunk) - body_.size(), 1, kChunk));
  parser_->get().body().data = chunk_.data();
  parser_->get().body().size = chunk_.size();
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](const auto& error, size_t) { self->on_body(error); });
}

void Session::on_body(const boost::system::error_code& error) {
  if (ended(error == http::error::need_buffer ? boost::system::error_code() : error)) return;
  const size_t came = chunk_.size() - parser_->get().body().size;
  body_.append(chunk_.data(), came);
  all_.received += came;
  make_room();
  if (ended({})) return;
  if (parser_->is_done()) return ask();
  read_body();
}

// Too much is on its way: the request that has been so for longest goes.
void Session::make_room() {
  all_.service.metrics().received_bytes = static_cast<int64_t>(all_.received);
  if (all_.received <= all_.service.limits().max_received) return;
  for (Session* oldest : all_.receiving) {
    if (oldest->cut_ || oldest->body_.empty()) continue;
    return oldest->cut(
        error_response({503, "busy", "too many bytes of other requests are on their way: try again soon"}));
  }
}

void Session::ask() {
  move_to(Where::kNone);
  deadline_.cancel();
  const bool keep_alive = parser_->keep_alive();
  chunk_ = {};
  // The answer comes from another thread, which hands its hold on this over: it ends in the thread of all sessions.
  auto answer = [self = shared_from_this(), work = asio::make_work_guard(stream_.get_executor()),
                 keep_alive](Response response) mutable {
    const auto executor = work.get_executor();
    asio::post(executor,
               [self = std::move(self), work = std::move(work), keep_alive, response = std::move(response)]() mutable {
                 self->respond(std::move(response), keep_alive);
               });
  };
  all_.service.answer(head_, std::move(body_), std::move(answer));
}

// What follows of the request is not read as one, so the connection ends.
void Session::refuse(Response response) {
  move_to(Where::kNone);
  deadline_.cancel();
  cut_.reset();
  body_ = {};
  respond(std::move(response), false);
}

void Session::turn_away() {
  begin_ = Clock::now();
  head_.target = "other";
  respond(error_response({503, "too_many_connections", "too many connections are open: try again soon"}), false);
}

void Session::respond(Response response, bool keep_alive) {
  keep_alive = keep_alive && !all_.stopping;
  const std::chrono::duration<double> seconds = Clock::now() - begin_;
  all_.service.metrics().request(Service::route_of(head_.target), response.status, seconds.count());
  response_ = written(std::move(response), version_, keep_alive);
  serializer_.emplace(*response_);
  stream_.expires_after(all_.service.limits().send_time);
  const auto done = [self = shared_from_this(), keep_alive](const auto& error, size_t) {
    if (!error) self->on_written(keep_alive);
  };
  if (head_.method == "HEAD") {
    http::async_write_header(stream_, *serializer_, done);
  } else {
    http::async_write(stream_, *serializer_, done);
  }
}

void Session::on_written(bool keep_alive) {
  serializer_.reset();
  response_.reset();
  head_ = {};
  if (keep_alive) return wait_for_request();
  boost::system::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  buffer_.clear();
  linger();
}

// A socket that is closed while something comes in takes back what it has sent: so what still comes is thrown away, for
// a while, that the client sees its answer.
void Session::linger() {
  stream_.async_read_some(buffer_.prepare(kChunk), [self = shared_from_this()](const auto& error, size_t bytes) {
    self->lingered_ += bytes;
    if (!error && self->lingered_ < kMaxLinger) self->linger();
  });
}

}  // namespace fer::serve
