// Description files and lists of backgrounds: a picture in each line.
#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <functional>

#include "core/text.h"
#include "fer/cascade_samples.h"
#include "fer/error.h"
#include "fer/file.h"

namespace fer {
namespace {

constexpr size_t kMaxListBytes = size_t{256} << 20;

// Calls take(line without white space around it, its number) for every line that says something.
void for_lines(std::string_view text, const std::function<void(std::string_view, size_t)>& take) {
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') continue;
    line = line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
    take(line, number);
  }
}

struct Word {
  std::string_view text;
  size_t begin = 0;
};

std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> words;
  for (size_t at = line.find_first_not_of(" \t"); at != std::string_view::npos;) {
    const size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words.push_back({line.substr(at, end - at), at});
    at = line.find_first_not_of(" \t", end);
  }
  return words;
}

bool whole_number(std::string_view text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// The word that is the number of boxes: the first after which there are four numbers for each of so many; 0: none is.
size_t count_word(const std::vector<Word>& words) {
  for (size_t i = 1; i < words.size(); ++i) {
    int64_t count = 0;
    if (!whole_number(words[i].text, count) || count < 0 || count > int64_t{1} << 32) continue;
    if (words.size() - i - 1 == 4 * static_cast<uint64_t>(count)) return i;
  }
  return 0;
}

std::string from_folder_of(const std::string& list, std::string_view path) {
  const std::filesystem::path file{std::string(path)};
  return file.is_absolute() ? file.string() : (std::filesystem::path(list).parent_path() / file).string();
}

Box box_of(const std::vector<Word>& words, size_t at, const std::string& where) {
  Box box;
  for (int64_t* side : {&box.left, &box.top, &box.width, &box.height}) {
    const std::string_view word = words[at++].text;
    if (!whole_number(word, *side))
      throw Error(fmt::format("{}: expected whole numbers for a box, found '{}'", where, core::escaped(word)));
  }
  if (box.left < 0 || box.top < 0 || box.width < 1 || box.height < 1)
    throw Error(
        fmt::format("{}: expected a box with left and top of 0 or more and a size of 1 or more, found {} {} {} {}",
                    where, box.left, box.top, box.width, box.height));
  return box;
}

Image cut(const Image& picture, const Box& box) {
  Image part{box.height, box.width, picture.channels, {}};
  const int64_t row = box.width * picture.channels;
  for (int64_t y = 0; y < box.height; ++y) {
    const auto from = picture.pixels.begin() + ((box.top + y) * picture.width + box.left) * picture.channels;
    part.pixels.insert(part.pixels.end(), from, from + row);
  }
  return part;
}

}  // namespace

std::vector<DescribedPicture> parse_description(std::string_view text, const std::string& path) {
  std::vector<DescribedPicture> pictures;
  for_lines(text, [&](std::string_view line, size_t number) {
    const std::string where = fmt::format("{}:{}", path, number);
    const std::vector<Word> words = words_of(line);
    const size_t count = count_word(words);
    if (count == 0)
      throw Error(fmt::format("{}: expected FILE COUNT and left, top, width, height of COUNT boxes, found '{}'", where,
                              core::escaped(line.substr(0, 80))));
    const std::string_view file = line.substr(0, words[count - 1].begin + words[count - 1].text.size());
    DescribedPicture picture{from_folder_of(path, file), number, {}};
    for (size_t i = count + 1; i < words.size(); i += 4) picture.boxes.push_back(box_of(words, i, where));
    pictures.push_back(std::move(picture));
  });
  return pictures;
}

std::vector<DescribedPicture> read_description(const std::string& path) {
  return parse_description(read_file(path, kMaxListBytes, "a description file"), path);
}

SampleSet cut_samples(const std::vector<DescribedPicture>& pictures, const std::string& list, int width, int height,
                      size_t limit) {
  SampleSet samples{width, height, {}};
  size_t count = 0;
  for (const DescribedPicture& described : pictures) {
    if (count == limit) break;
    if (described.boxes.empty()) continue;
    const auto refuse = [&](const std::string& why) {
      throw Error(fmt::format("{}:{}: {}", list, described.line, why));
    };
    Image picture;
    try {
      picture = read_image(described.path);
    } catch (const Error& error) {
      refuse(error.what());
    }
    for (const Box& box : described.boxes) {
      if (count == limit) break;
      if (box.left > picture.width - box.width || box.top > picture.height - box.height)
        refuse(fmt::format("{}: the box {} {} {} {} is not within the picture of {}x{}", described.path, box.left,
                           box.top, box.width, box.height, picture.width, picture.height));
      samples.add(cut(picture, box));
      ++count;
    }
  }
  return samples;
}

std::vector<std::string> read_backgrounds(const std::string& path) {
  std::vector<std::string> files;
  for_lines(read_file(path, kMaxListBytes, "a list of pictures"), [&](std::string_view line, size_t number) {
    files.push_back(from_folder_of(path, line));
    if (path_kind(files.back()) != PathKind::kFile)
      throw Error(fmt::format("{}:{}: expected a picture's file, found none at {}", path, number, files.back()));
  });
  if (files.empty()) throw Error(fmt::format("{}: expected the path of a picture in each line, found none", path));
  return files;
}

}  // namespace fer
