#include "data/byte_source.h"

namespace fer::data {

std::string_view MemorySource::read(int64_t begin, int64_t end, std::vector<char>&) const {
  return bytes_.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
}

std::string_view FileSource::read(int64_t begin, int64_t end, std::vector<char>& buffer) const {
  const auto wanted = static_cast<size_t>(end - begin);
  if (buffer.size() < wanted) buffer.resize(wanted);
  file_.read(static_cast<uint64_t>(begin), std::span(buffer).first(wanted));
  return {buffer.data(), wanted};
}

}  // namespace fer::data
