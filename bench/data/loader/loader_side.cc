// libfer's side of bench/data/loader: pictures of a folder as batches of floats, with nothing that trains on them.
//   loader_side FOLDER HEIGHT WIDTH BATCH THREADS [CACHE]   prints one JSON object: seconds of opening the folder and
//   of
//                                                           a pass over it, in colour
//   loader_side FOLDER HEIGHT WIDTH sums   prints the sum of each picture's bytes, for the other side to compare
#include <chrono>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "data/batches.h"
#include "data/read_ahead.h"
#include "fer/error.h"
#include "fer/picture_folder.h"
#include "fer/threads.h"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// Pictures stay in their files, or in the cache, however few they are.
fer::Dataset open(const std::string& folder, const std::string& height, const std::string& width,
                  const std::string& cache) {
  return fer::read_picture_folder(folder, {.height = std::stoll(height),
                                           .width = std::stoll(width),
                                           .channels = 3,
                                           .memory_bytes = 1,
                                           .cache_dir = cache})
      .data;
}

void print_sums(const fer::Dataset& data) {
  std::vector<uint8_t> pixels(static_cast<size_t>(data.picture_bytes()));
  for (int64_t i = 0; i < data.size(); ++i) {
    fer::copy_picture(data, i, pixels);
    std::printf("%lld\n", std::accumulate(pixels.begin(), pixels.end(), 0LL));
  }
}

double pass_seconds(const fer::Dataset& data, int64_t batch) {
  std::vector<int64_t> rows(static_cast<size_t>(data.size()));
  std::iota(rows.begin(), rows.end(), 0);
  rows = fer::data::pass_order(rows, 1, 0);
  std::vector<float> out(static_cast<size_t>(batch * data.picture_bytes()));
  const auto begin = Clock::now();
  fer::data::ReadAhead ahead(data, {data.height, data.width, data.channels});
  for (size_t first = 0; first < rows.size(); first += static_cast<size_t>(batch)) {
    const auto rest = std::span<const int64_t>(rows).subspan(first);
    const auto part = rest.first(std::min(rest.size(), static_cast<size_t>(batch)));
    ahead.expect(rest);
    fer::data::fill_batch(data, part, {.ahead = &ahead},
                          std::span(out).first(part.size() * static_cast<size_t>(data.picture_bytes())));
  }
  return seconds_since(begin);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 4 && words[3] == "sums") {
      print_sums(open(words[0], words[1], words[2], ""));
    } else if (words.size() == 5 || words.size() == 6) {
      fer::set_num_threads(std::stoi(words[4]));
      const auto begin = Clock::now();
      const fer::Dataset data = open(words[0], words[1], words[2], words.size() == 6 ? words[5] : "");
      const double opened = seconds_since(begin), pass = pass_seconds(data, std::stoll(words[3]));
      std::printf("{\"pictures\": %lld, \"open\": %.4f, \"pass\": %.4f}\n", static_cast<long long>(data.size()), opened,
                  pass);
    } else {
      std::fprintf(stderr, "usage: loader_side FOLDER HEIGHT WIDTH BATCH THREADS [CACHE] | FOLDER HEIGHT WIDTH sums\n");
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "loader_side: %s\n", error.what());
    return 1;
  }
}
