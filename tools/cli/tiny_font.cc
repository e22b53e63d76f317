#include "tools/cli/tiny_font.h"

#include <cctype>
#include <cstring>

namespace fer::cli {
namespace {

constexpr int64_t kRows = 5, kColumns = 3;

// The letters, row by row; # is ink.
const char* form_of(char c) {
  static const char* const kLetters[] = {
      ".#.#.#####.##.#", "##.#.###.#.###.", ".###..#..#...##", "##.#.##.##.###.", "####..##.#..###", "####..##.#..#..",
      ".###..#.##.#.##", "#.##.#####.##.#", "###.#..#..#.###", "..#..#..##.#.#.", "#.##.###.#.##.#", "#..#..#..#..###",
      "#.#####.##.##.#", "##.#.##.##.##.#", ".#.#.##.##.#.#.", "##.#.###.#..#..", ".#.#.##.##.#.##", "##.#.###.#.##.#",
      ".###...#...###.", "###.#..#..#..#.", "#.##.##.##.####", "#.##.##.##.#.#.", "#.##.##.#####.#", "#.##.#.#.#.##.#",
      "#.##.#.#..#..#.", "###..#.#.#..###"};
  static const char* const kDigits[] = {".#.#.##.##.#.#.", ".#.##..#..#.###", "##...#.#.#..###", "##...#.#...###.",
                                        "#.##.####..#..#", "####..##...###.", ".###..##.#.#.#.", "###..#.#.#..#..",
                                        ".#.#.#.#.#.#.#.", ".#.#.#.##..###."};
  const auto letter = static_cast<unsigned char>(std::toupper(static_cast<unsigned char>(c)));
  if (letter >= 'A' && letter <= 'Z') return kLetters[letter - 'A'];
  if (letter >= '0' && letter <= '9') return kDigits[letter - '0'];
  if (letter == '+') return "....#.###.#....";
  if (letter == '-' || letter == '_') return "......###......";
  return "...............";
}

void fill(Image& image, int64_t y, int64_t x, int64_t scale) {
  for (int64_t dy = 0; dy < scale; ++dy) {
    for (int64_t dx = 0; dx < scale; ++dx) {
      if (y + dy >= image.height || x + dx >= image.width) continue;
      uint8_t* pixel = &image.pixels[((y + dy) * image.width + x + dx) * image.channels];
      std::memset(pixel, 0, static_cast<size_t>(image.channels));
    }
  }
}

}  // namespace

void draw_text(Image& image, const std::string& text, int64_t y, int64_t x, int64_t scale) {
  for (const char c : text) {
    const char* form = form_of(c);
    for (int64_t i = 0; i < kRows * kColumns; ++i) {
      if (form[i] == '#') fill(image, y + i / kColumns * scale, x + i % kColumns * scale, scale);
    }
    x += (kColumns + 1) * scale;
  }
}

}  // namespace fer::cli
