// libFuzzer target: what is unpacked before a table is read, and the tables within, with the options that the last byte
// chooses. What is refused must be refused with Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "data/unpacking.h"
#include "fer/csv.h"
#include "fer/error.h"

namespace {

constexpr size_t kMostUnpacked = 1 << 20;

std::string unpacked_text(std::string_view bytes) {
  const fer::data::MemorySource source(bytes);
  const fer::data::Packing packing = fer::data::packing_of(source);
  if (packing == fer::data::Packing::kNone) return std::string(bytes);
  std::string text;
  fer::data::unpack(packing, source, "fuzz", [&](std::string_view piece) {
    if (text.size() + piece.size() > kMostUnpacked) throw fer::Error("enough");
    text += piece;
  });
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = bytes[size - 1];
  fer::CsvOptions options{.require_labels = choice % 2 == 0};
  if (choice % 8 >= 6) options.label_names = {"", "a", "b", "c"};
  if (choice % 16 >= 12) options.label_column = "last";
  try {
    const fer::Dataset data =
        fer::parse_table(unpacked_text({reinterpret_cast<const char*>(bytes), size}), "fuzz", options);
    const auto rows = static_cast<size_t>(data.size());
    if (rows == 0 || data.usage.size() != rows || (!data.labels.empty() && data.labels.size() != rows)) std::abort();
    for (const uint8_t label : data.labels) {
      if (label >= data.class_names.size()) std::abort();
    }
    fer::notes_on_labels(data, options);
  } catch (const fer::Error&) {
  }
  return 0;
}
