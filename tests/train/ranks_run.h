// Runs whose ranks are threads of the test.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fer/exchange.h"
#include "tests/train/whole_run.h"

namespace fer {

// Calls work(exchange) on a thread for every rank; returns what they show to people: the lines of Exchange::fail that
// are not empty. A rank that throws fails.
template <class Work>
std::vector<std::string> on_ranks(int ranks, const Work& work, double timeout_seconds = 60) {
  const std::vector<std::unique_ptr<Exchange>> exchanges = thread_exchanges(ranks, timeout_seconds);
  std::vector<std::string> lines(exchanges.size());
  std::vector<std::thread> threads;
  for (size_t r = 0; r < exchanges.size(); ++r) {
    threads.emplace_back([&, r] {
      try {
        work(*exchanges[r]);
      } catch (const std::exception& error) {
        lines[r] = exchanges[r]->fail(error.what());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::erase(lines, "");
  return lines;
}

// Every rank's outcome of a run on so many ranks; each works with `threads` threads. `shown`: as on_ranks.
inline std::vector<Outcome> outcomes_on(int ranks, const TrainConfig& config, const TrainCallbacks& callbacks = {},
                                        int threads = 1, std::vector<std::string>* shown = nullptr,
                                        const Network& network = small_network()) {
  std::vector<Outcome> outcomes(static_cast<size_t>(ranks));
  const std::vector<std::string> lines = on_ranks(ranks, [&](Exchange& exchange) {
    const SmallRun run;
    set_num_threads(threads);
    Trainer trainer(network, config);
    History history = trainer.fit(run.data, run.train, run.validation, callbacks, {}, &exchange);
    outcomes[exchange.rank()] = {trainer.model(), std::move(history), content_of(config.out_dir + "/best.safetensors"),
                                 content_of(config.out_dir + "/early_stopping.safetensors")};
  });
  if (shown != nullptr) {
    *shown = lines;
  } else {
    EXPECT_EQ(lines, std::vector<std::string>());
  }
  return outcomes;
}

}  // namespace fer
