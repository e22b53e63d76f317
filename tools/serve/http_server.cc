#include "tools/serve/http_server.h"

#include <fmt/format.h>

#include <csignal>
#include <list>

#include "fer/error.h"
#include "tools/serve/session.h"

namespace fer::serve {

using asio::ip::tcp;

struct HttpServer::Impl {
  explicit Impl(Service& service) : sessions{.service = service} {
    sessions.emptied = [this] {
      if (sessions.stopping) grace.cancel();
    };
  }
  ~Impl() { sessions.emptied = nullptr; }  // what io still holds goes after grace

  void listen(const std::string& host, uint16_t port);
  void accept();
  void on_accept(const boost::system::error_code& error, tcp::socket socket);
  void stop();

  Sessions sessions;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::signal_set signals{io};
  asio::steady_timer pause{io}, grace{io};
};

void HttpServer::Impl::listen(const std::string& host, uint16_t port) {
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error) throw Error(fmt::format("--host: expected an IP address of this machine, found \"{}\"", host));
  const tcp::endpoint endpoint(address, port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw Error(fmt::format("cannot listen on {} port {}: {}", host, port, error.message()));
}

void HttpServer::Impl::accept() {
  acceptor.async_accept(
      [this](const boost::system::error_code& error, tcp::socket socket) { on_accept(error, std::move(socket)); });
}

void HttpServer::Impl::on_accept(const boost::system::error_code& error, tcp::socket socket) {
  if (sessions.stopping) return;
  const size_t most = sessions.service.limits().max_connections;
  const bool full = sessions.open.size() >= most;
  // Whoever has been idle for longest makes room.
  const bool room = !full || !sessions.idle.empty();
  if ((full || error) && !sessions.idle.empty()) sessions.idle.front()->drop();
  if (error) {
    // No file descriptor is free: asking again at once would be asked again at once.
    constexpr std::chrono::milliseconds kPause{20};
    pause.expires_after(kPause);
    pause.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) accept();
    });
    return;
  }
  // (Those that are turned away are open until they have been told so: a flood is not told.)
  if (sessions.open.size() < 2 * most) {
    const auto session = std::make_shared<Session>(sessions, std::move(socket));
    room ? session->start() : session->turn_away();
  }
  accept();
}

void HttpServer::Impl::stop() {
  if (sessions.stopping) return;
  sessions.stopping = true;
  sessions.service.stop();
  boost::system::error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  signals.cancel(ignored);
  signals.clear(ignored);
  while (!sessions.idle.empty()) sessions.idle.front()->drop();
  if (sessions.open.empty()) return;
  // Whole requests are answered; those that are still on their way have a moment.
  constexpr std::chrono::seconds kGrace{3};
  grace.expires_after(kGrace);
  grace.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    for (Session* session : sessions.receiving) session->cut(error_response({503, "stopping", "the server ends"}));
  });
}

HttpServer::HttpServer(Service& service, const std::string& host, uint16_t port)
    : impl_(std::make_shared<Impl>(service)) {
  impl_->listen(host, port);
}

HttpServer::~HttpServer() = default;

uint16_t HttpServer::port() const {
  boost::system::error_code ignored;
  return impl_->acceptor.local_endpoint(ignored).port();
}

void HttpServer::stop() {
  asio::post(impl_->io, [impl = impl_.get()] { impl->stop(); });
}

void HttpServer::run() {
  boost::system::error_code ignored;
  impl_->signals.add(SIGINT, ignored);
  impl_->signals.add(SIGTERM, ignored);
  impl_->signals.async_wait([impl = impl_.get()](const boost::system::error_code& cancelled, int) {
    if (!cancelled) impl->stop();
  });
  impl_->accept();
  // What one connection's handler throws, for want of memory, ends that connection.
  for (;;) {
    try {
      impl_->io.run();
      return;
    } catch (const std::exception&) {
      continue;
    }
  }
}

}  // namespace fer::serve
