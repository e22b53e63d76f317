#include "tools/train/ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>
#include <memory>
#include <thread>

#include "fer/error.h"
#include "fer/threads.h"

namespace fer::cli {
namespace {

using nlohmann::ordered_json;

// Until the process ends: only then may MPI.
std::unique_ptr<Exchange>& joined() {
  static std::unique_ptr<Exchange> exchange;
  return exchange;
}

constexpr double kNoTimeout = 1e9;

double timeout_of(const Arguments& given) { return given.number("exchange-timeout", 0.001, kNoTimeout); }

ordered_json pairs_of(const Arguments& arguments) {
  ordered_json pairs = ordered_json::array();
  for (const auto& [name, value] : arguments.given()) pairs.push_back({name, value});
  return pairs;
}

using Options = std::map<std::string, std::string>;

// What may be another on each rank: how many threads its machine has room for, and where its data lie.
Options compared(const ordered_json& pairs) {
  Options options;
  for (const ordered_json& pair : pairs) options[pair[0].get<std::string>()] = pair[1].get<std::string>();
  options.erase("threads");
  return options;
}

std::string value_in(const Options& options, const std::string& name) {
  const auto found = options.find(name);
  return found == options.end() ? "not given" : fmt::format("\"{}\"", found->second);
}

void expect_same_options(const Options& own, const Options& first) {
  Options all = own;
  all.insert(first.begin(), first.end());
  for (const auto& [name, unused] : all) {
    const std::string here = value_in(own, name), there = value_in(first, name);
    if (here != there)
      throw Error(fmt::format("expected the options of rank 0: --{} is {} there, {} here", name, there, here));
  }
}

Arguments arguments_from(const Program& program, const ordered_json& order, const Arguments& given) {
  std::vector<std::string> words;
  for (const ordered_json& pair : order["arguments"]) {
    const std::string name = pair[0].get<std::string>();
    if (name != "threads" || !given.has("threads"))
      words.push_back(fmt::format("--{}={}", name, pair[1].get<std::string>()));
  }
  if (given.has("threads")) words.push_back("--threads=" + given.text("threads"));
  words.emplace_back("--");
  if (given.operands().empty()) {
    for (const ordered_json& operand : order["operands"]) words.push_back(operand.get<std::string>());
  } else {
    words.insert(words.end(), given.operands().begin(), given.operands().end());
  }
  return parse(program, words);
}

}  // namespace

Exchange* exchange() { return joined().get(); }
bool leads() { return joined() == nullptr || joined()->rank() == 0; }

int run_on_ranks(Program (*make)(), int argc, char** argv) {
  std::string not_joined;
  try {
    joined() = join_ranks();
  } catch (const Error& error) {
    not_joined = error.what();
  }
  if (!not_joined.empty()) {
    if (launched_rank() == 0) note("fer-train: " + not_joined);
    return 1;
  }
  if (!leads() && std::freopen("/dev/null", "w", stdout) == nullptr) return 1;
  if (exchange() != nullptr) show_errors_as([](const std::string& message) { return exchange()->fail(message); });
  return run(make, argc, argv);
}

void give(const Order& order, const Arguments& given) {
  if (exchange() == nullptr) return;
  exchange()->set_timeout(timeout_of(given));
  const ordered_json text = {{"given", pairs_of(given)},
                             {"arguments", pairs_of(order.arguments)},
                             {"operands", order.arguments.operands()},
                             {"folder", order.folder},
                             {"whole", order.whole},
                             {"recipe", order.recipe},
                             {"limit_rule", static_cast<int>(order.limit_rule)},
                             {"stratified", order.stratified}};
  exchange()->broadcast_text(one_line(text));
}

void end_orders() {
  if (exchange() != nullptr) exchange()->broadcast_text("");
}

std::optional<Order> next_order(const Program& program, const Arguments& given) {
  exchange()->set_timeout(kNoTimeout);
  const std::string text = exchange()->broadcast_text("");
  exchange()->set_timeout(timeout_of(given));
  if (text.empty()) return {};
  const ordered_json order = ordered_json::parse(text);
  expect_same_options(compared(pairs_of(given)), compared(order["given"]));
  return Order{.folder = order["folder"],
               .whole = order["whole"],
               .recipe = order["recipe"],
               .arguments = arguments_from(program, order, given),
               .with_remarks = false,
               .limit_rule = static_cast<LimitRule>(order["limit_rule"].get<int>()),
               .stratified = order["stratified"]};
}

std::string accumulate_note(int64_t ranks, int64_t batch_size) {
  return fmt::format("{} ranks share a step of {} batches of {} pictures: --accumulate {}, as none is given", ranks,
                     ranks, batch_size, ranks);
}

std::string overbooked_note() {
  if (exchange() == nullptr) return {};
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  const std::vector<std::string> hosts = exchange()->all_gather(exchange()->host());
  const std::vector<std::string> threads = exchange()->all_gather(std::to_string(num_threads()));
  const std::vector<std::string> all_cores = exchange()->all_gather(std::to_string(cores));
  if (!leads()) return {};
  std::map<std::string, int> at_work;
  for (size_t r = 0; r < hosts.size(); ++r) at_work[hosts[r]] += std::stoi(threads[r]);
  for (size_t r = 0; r < hosts.size(); ++r) {
    const int wanted = at_work[hosts[r]], there = std::stoi(all_cores[r]);
    if (there > 0 && wanted > there) {
      return fmt::format(
          "{}: the ranks have {} threads on {} processors, and wait for each other: give each rank its own "
          "(mpirun --map-by, srun --cpus-per-task), or --threads",
          hosts[r], wanted, there);
    }
  }
  return {};
}

}  // namespace fer::cli
