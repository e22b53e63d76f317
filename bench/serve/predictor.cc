// What Predictor computes by itself, for bench/serve/run: serve_predictor MODEL THREADS BATCH SECONDS.
// Prints the pictures per second and the processor time of one in microseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <thread>
#include <vector>

#include "fer/classifier.h"
#include "fer/error.h"
#include "fer/threads.h"

namespace {

using Clock = std::chrono::steady_clock;

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Each thread has batches of its own, as the threads of fer-serve have.
long pictures_of_one_thread(const fer::Classifier& classifier, size_t batch, Clock::time_point end) {
  fer::set_num_threads(1);
  const auto bytes = static_cast<size_t>(classifier.height() * classifier.width() * classifier.channels());
  std::vector<uint8_t> pixels(batch * bytes);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 31 % 251);
  std::vector<float> probabilities(batch * static_cast<size_t>(classifier.class_count()));
  long pictures = 0;
  while (Clock::now() < end) {
    classifier.predict_into(pixels, probabilities);
    pictures += static_cast<long>(batch);
  }
  return pictures;
}

void measure(const fer::Classifier& classifier, size_t threads, size_t batch, double seconds) {
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const double processor_begin = processor_seconds();
  std::vector<long> pictures(threads);
  std::vector<std::thread> running;
  for (size_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] { pictures[i] = pictures_of_one_thread(classifier, batch, end); });
  }
  for (std::thread& thread : running) thread.join();
  long sum = 0;
  for (const long n : pictures) sum += n;
  const std::chrono::duration<double> wall = Clock::now() - begin;
  std::printf("%.0f %.1f\n", static_cast<double>(sum) / wall.count(),
              1e6 * (processor_seconds() - processor_begin) / static_cast<double>(sum));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) throw fer::Error("usage: serve_predictor MODEL THREADS BATCH SECONDS");
  const auto count = [&](int i) { return static_cast<size_t>(std::max(1L, std::strtol(argv[i], nullptr, 10))); };
  const fer::Classifier classifier = fer::Classifier::load(argv[1]);
  measure(classifier, count(2), count(3), 0.3);  // the caches are warm, the processor is awake
  measure(classifier, count(2), count(3), std::strtod(argv[4], nullptr));
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
