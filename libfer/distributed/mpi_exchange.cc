// Ranks that MPI connects: loads the component, and waits with a timeout for what it moves.
#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include "distributed/background.h"
#include "distributed/failures.h"
#include "distributed/launcher.h"
#include "distributed/mpi_module.h"
#include "fer/error.h"
#include "fer/exchange.h"

namespace fer {
namespace {

namespace fs = std::filesystem;
using distributed::Failure;
using distributed::MpiModule;
using distributed::MpiPart;
using Clock = std::chrono::steady_clock;

constexpr const char* kVariable = "FER_MPI";
constexpr size_t kLongestText = 4096;

// Most answers come within microseconds; whoever waits longer leaves the processor to others.
class Pause {
 public:
  void rest() {
    ++turns_;
    if (turns_ < 200) return;
    if (turns_ < 400) {
      ::sched_yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }

 private:
  int turns_ = 0;
};

class MpiExchange final : public Exchange {
 public:
  MpiExchange(const MpiModule& module, double timeout_seconds) : module_(module), timeout_(timeout_seconds) {
    char host[256] = {};
    if (module.init(&rank_, &size_, host, sizeof host) == 0) throw Error(fmt::format("MPI: {}", module.error()));
    host_ = host;
    said_.resize(static_cast<size_t>(size_));
    if (module.threads() == 0) return;
    background_ = std::make_unique<distributed::Background>([this] {
      const std::scoped_lock lock(calls_);
      module_.progress();
    });
  }
  // Where a rank failed the others may still wait in MPI: only an abort ends them all. The one that shows the line does
  // it when it has; the others only where it does not come to that.
  ~MpiExchange() override {
    background_.reset();
    if (failed_) {
      if (!shows_) std::this_thread::sleep_for(distributed::kGrace);
      module_.abort(1);
    } else {
      module_.finalize();
    }
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::string host() const override { return host_; }
  void set_timeout(double seconds) override { timeout_ = seconds; }
  std::unique_ptr<Transfer> start(std::span<const std::span<const std::byte>> send,
                                  std::span<const std::span<std::byte>> receive, int channel) override;
  std::string fail(const std::string& message) noexcept override;

  bool test(void* transfer);
  void wait(void* transfer);
  void end(void* transfer);

 private:
  void listen();

  const MpiModule& module_;
  std::mutex calls_;  // held in every call of the module's but the first and the last
  double timeout_;
  int rank_ = 0, size_ = 1;
  std::string host_;
  std::vector<Failure> said_;
  bool failed_ = false, shows_ = false;
  std::unique_ptr<distributed::Background> background_;  // null: MPI is for one thread alone
};

class MpiTransfer final : public Exchange::Transfer {
 public:
  MpiTransfer(MpiExchange& exchange, void* transfer) : exchange_(exchange), transfer_(transfer) {}
  ~MpiTransfer() override { exchange_.end(transfer_); }
  bool done() override { return done_ = done_ || exchange_.test(transfer_); }
  void wait() override {
    if (!done_) exchange_.wait(transfer_);
    done_ = true;
  }

 private:
  MpiExchange& exchange_;
  void* transfer_;
  bool done_ = false;
};

std::unique_ptr<Exchange::Transfer> MpiExchange::start(std::span<const std::span<const std::byte>> send,
                                                       std::span<const std::span<std::byte>> receive, int channel) {
  std::copy(send[rank_].begin(), send[rank_].end(), receive[rank_].begin());
  std::vector<MpiPart> out, in;
  for (int r = 0; r < size_; ++r) {
    out.push_back({const_cast<std::byte*>(send[r].data()), send[r].size()});
    in.push_back({receive[r].data(), receive[r].size()});
  }
  void* transfer = nullptr;
  {
    const std::scoped_lock lock(calls_);
    transfer = module_.start(out.data(), in.data(), channel);
  }
  if (transfer == nullptr) throw Error(fmt::format("MPI: {}", module_.error()));
  if (background_ != nullptr) background_->hold();
  return std::make_unique<MpiTransfer>(*this, transfer);
}

void MpiExchange::end(void* transfer) {
  if (background_ != nullptr) background_->let_go();
  const std::scoped_lock lock(calls_);
  module_.end(transfer);
}

bool MpiExchange::test(void* transfer) {
  const std::scoped_lock lock(calls_);
  const int found = module_.test(transfer);
  if (found < 0) throw Error(fmt::format("MPI: {}", module_.error()));
  return found == 1;
}

void MpiExchange::wait(void* transfer) {
  const auto deadline = Clock::now() + std::chrono::duration<double>(timeout_);
  for (Pause pause; !test(transfer); pause.rest()) {
    listen();
    distributed::expect_no_failure(said_, rank_);
    if (Clock::now() < deadline) continue;
    std::vector<int> missing;
    for (int r = 0; r < size_; ++r) {
      const std::scoped_lock lock(calls_);
      if (r != rank_ && module_.waits_for(transfer, r) != 0) missing.push_back(r);
    }
    throw Error(distributed::no_answer(missing, timeout_));
  }
}

void MpiExchange::listen() {
  const std::scoped_lock lock(calls_);
  std::string text(kLongestText, '\0');
  int from = 0;
  while (const size_t bytes = module_.heard(&from, text.data(), text.size())) {
    said_[from] = distributed::failure_from_text(text.substr(0, std::min(bytes, text.size())));
  }
}

std::string MpiExchange::fail(const std::string& message) noexcept {
  try {
    failed_ = true;
    listen();
    said_[rank_] = distributed::failure_of(message, said_, rank_, host_);
    const std::string text = distributed::failure_text(said_[rank_]);
    {
      const std::scoped_lock lock(calls_);
      module_.tell(text.data(), std::min(text.size(), kLongestText));
    }
    const auto deadline = Clock::now() + distributed::kGrace;
    const auto all_said = [&] {
      return std::all_of(said_.begin(), said_.end(), [](const Failure& each) { return each.said; });
    };
    for (Pause pause; !all_said() && Clock::now() < deadline; pause.rest()) listen();
    std::string line = distributed::shown_line(said_, rank_);
    shows_ = !line.empty();
    return line;
  } catch (const std::exception&) {
    shows_ = true;
    return message;
  }
}

// The folder of the program.
fs::path program_folder() {
  std::error_code failure;
  return fs::read_symlink("/proc/self/exe", failure).parent_path();
}

const MpiModule& load_module(const distributed::Launched& launched) {
  const char* given = std::getenv(kVariable);
  std::vector<std::string> places;
  if (given != nullptr && *given != '\0') {
    places.emplace_back(given);
  } else {
    places = {(program_folder() / FER_MPI_FROM_PROGRAMS).lexically_normal().string(), FER_MPI_INSTALLED};
  }
  std::error_code failure;
  const auto place =
      std::find_if(places.begin(), places.end(), [&](const std::string& path) { return fs::exists(path, failure); });
  if (place == places.end()) {
    throw Error(
        fmt::format("{} in the environment says that this is one of several ranks, but what connects them is "
                    "not there: expected {} (build libfer with libopenmpi-dev installed, or name the file in "
                    "{}; {}=off trains here alone)",
                    launched.variable, fmt::join(places, " or "), kVariable, kVariable));
  }
  // Global, since the parts that MPI loads by itself look for MPI's names.
  void* library = ::dlopen(place->c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) throw Error(fmt::format("{}: cannot be loaded: {}", *place, ::dlerror()));
  void* symbol = ::dlsym(library, distributed::kMpiModuleSymbol);
  const MpiModule* module = symbol == nullptr ? nullptr : reinterpret_cast<distributed::MpiModuleFunction>(symbol)();
  if (module == nullptr || module->version != distributed::kModuleVersion) {
    throw Error(fmt::format("{}: expected libfer's component for MPI of interface {}, found {}", *place,
                            distributed::kModuleVersion,
                            module == nullptr ? "another library" : fmt::format("interface {}", module->version)));
  }
  return *module;
}

}  // namespace

std::unique_ptr<Exchange> join_ranks(const JoinOptions& options) {
  const distributed::Launched launched = distributed::launched([](const char* name) { return std::getenv(name); });
  const char* given = std::getenv(kVariable);
  if (launched.variable.empty() || (given != nullptr && std::string_view(given) == "off")) return nullptr;
  if (!(options.timeout_seconds > 0)) {
    throw Error(fmt::format("timeout_seconds: expected more than 0, found {}", options.timeout_seconds));
  }
  return std::make_unique<MpiExchange>(load_module(launched), options.timeout_seconds);
}

}  // namespace fer
