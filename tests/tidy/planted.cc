#include "tests/tidy/planted.h"

#include <string_view>
#include <vector>

namespace fer::planted {

bool is_empty(const std::vector<std::string>& names) { return names.size() == 0; }

std::size_t used() { return taken_and_read(std::string("abc")); }

}  // namespace fer::planted
