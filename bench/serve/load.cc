// A client that posts pictures to fer-serve at 127.0.0.1: serve_load PORT CONNECTIONS SECONDS RATE TARGET FILE...
// RATE 0: every connection asks again as soon as it has its answer. Else RATE requests per second come at random
// moments (a Poisson process), whether or not those before have their answers, and wait for a free connection: a
// request's time counts from its moment, so a server that falls behind is not spared. The first fifth of the time is
// not counted. Prints: requests per second, milliseconds of 50, 90, 99 % and all, this client's processor time per
// request in microseconds, and how many answers had which status.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <exception>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "fer/file.h"

namespace {

using Clock = std::chrono::steady_clock;
using Moment = Clock::time_point;

struct Connection {
  int socket = -1;
  Moment due;
  std::string answer;
};

struct Options {
  int port = 0;
  size_t connections = 0;
  double seconds = 0, rate = 0;
  std::vector<std::string> requests;
};

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int one = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("serve_load: no server at port " + std::to_string(port));
  }
  return socket;
}

// The status of a whole answer, else 0.
int status_of(const std::string& answer) {
  const size_t head = answer.find("\r\n\r\n");
  const size_t length = answer.find("Content-Length: ");
  if (head == std::string::npos || length > head) return 0;
  const size_t body = std::strtoul(answer.c_str() + length + 16, nullptr, 10);
  return answer.size() < head + 4 + body ? 0 : std::atoi(answer.c_str() + 9);
}

class Load {
 public:
  explicit Load(Options options) : options_(std::move(options)), epoll_(epoll_create1(0)), all_(options_.connections) {
    for (size_t i = 0; i < all_.size(); ++i) {
      all_[i].socket = connect_to(options_.port);
      epoll_event event = {.events = EPOLLIN, .data = {.u64 = i}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, all_[i].socket, &event);
      free_.push_back(i);
    }
  }

  void run() {
    const auto length = [](double seconds) {
      return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    };
    const Moment begin = Clock::now(), end = begin + length(options_.seconds);
    count_from_ = begin + length(options_.seconds / 5);
    next_ = begin;
    while (Clock::now() < end) {
      if (!counting_ && Clock::now() >= count_from_) start_counting();
      if (options_.rate > 0) {
        for (; next_ <= Clock::now(); next_ += length(gap_(random_) / options_.rate)) due_.push_back(next_);
      } else {
        due_.resize(free_.size(), Clock::now());
      }
      send_due();
      receive();
    }
    print(std::chrono::duration<double>(Clock::now() - count_from_).count());
  }

 private:
  void start_counting() {
    counting_ = true;
    processor_begin_ = std::clock();
  }

  void send_due() {
    while (!due_.empty() && !free_.empty()) {
      Connection& connection = all_[free_.front()];  // each in turn: one that is idle for long is closed
      free_.pop_front();
      connection.due = due_.front();
      due_.pop_front();
      send_whole(connection.socket, options_.requests[sent_++ % options_.requests.size()]);
    }
  }

  static void send_whole(int socket, const std::string& request) {
    for (size_t done = 0; done < request.size();) {
      const ssize_t n = send(socket, request.data() + done, request.size() - done, MSG_NOSIGNAL);
      if (n <= 0) throw std::runtime_error("serve_load: the server closed a connection");
      done += static_cast<size_t>(n);
    }
  }

  void receive() {
    std::vector<epoll_event> events(64);
    timespec wait = {.tv_sec = 0, .tv_nsec = 100'000'000};
    if (options_.rate > 0) {
      const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(next_ - Clock::now()).count();
      wait.tv_nsec = std::clamp<long>(left, 0, wait.tv_nsec);
    }
    const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
    for (int i = 0; i < count; ++i) take(events[static_cast<size_t>(i)].data.u64);
  }

  void take(size_t index) {
    Connection& connection = all_[index];
    char bytes[16384];
    const ssize_t n = recv(connection.socket, bytes, sizeof bytes, 0);
    if (n <= 0) throw std::runtime_error("serve_load: the server closed a connection");
    connection.answer.append(bytes, static_cast<size_t>(n));
    const int status = status_of(connection.answer);
    if (status == 0) return;
    connection.answer.clear();
    free_.push_back(index);
    ++statuses_[status];
    if (counting_)
      milliseconds_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - connection.due).count());
  }

  void print(double seconds) {
    std::sort(milliseconds_.begin(), milliseconds_.end());
    const size_t n = milliseconds_.size();
    if (n == 0) throw std::runtime_error("serve_load: no answer came");
    const auto within = [&](size_t percent) { return milliseconds_[std::min(n - 1, n * percent / 100)]; };
    const double processor = static_cast<double>(std::clock() - processor_begin_) / CLOCKS_PER_SEC;
    std::printf("%.0f per second; 50 %% within %.2f ms, 90 %% %.2f, 99 %% %.2f, all %.2f; client %.1f us each;",
                static_cast<double>(n) / seconds, within(50), within(90), within(99), milliseconds_.back(),
                1e6 * processor / static_cast<double>(n));
    for (const auto& [status, answers] : statuses_) std::printf(" %ld x %d", answers, status);
    std::printf("\n");
  }

  Options options_;
  int epoll_;
  std::vector<Connection> all_;
  std::deque<size_t> free_;
  std::deque<Moment> due_;
  Moment next_, count_from_;
  bool counting_ = false;
  std::clock_t processor_begin_ = 0;
  size_t sent_ = 0;
  std::mt19937_64 random_{1};
  std::exponential_distribution<double> gap_{1};
  std::vector<double> milliseconds_;
  std::map<int, long> statuses_;
};

Options parse(int argc, char** argv) {
  if (argc < 7) throw std::runtime_error("usage: serve_load PORT CONNECTIONS SECONDS RATE TARGET FILE...");
  Options options;
  options.port = std::atoi(argv[1]);
  options.connections = static_cast<size_t>(std::max(1, std::atoi(argv[2])));
  options.seconds = std::strtod(argv[3], nullptr);
  options.rate = std::strtod(argv[4], nullptr);
  for (int i = 6; i < argc; ++i) {
    const std::string body = fer::read_file(argv[i], size_t{1} << 24, "a picture");
    options.requests.push_back(std::string("POST ") + argv[5] + " HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) try { Load(parse(argc, argv)).run(); } catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
