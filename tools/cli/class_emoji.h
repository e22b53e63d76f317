// --class-emoji: the emoji of classes, for names that libfer has none for or that should have another.
#pragma once

#include <string>
#include <vector>

namespace fer::cli {

inline constexpr const char* kClassEmojiHelp =
    "Emoji of classes, for own names too: NAME=EMOJI for each, with commas between";

// The emoji of `names`, one each: those of the text "NAME=EMOJI,...", else `known`, or where that is empty
// default_emoji. A comma, = or backslash of a name has a backslash in front. Names are matched as classes are
// (canonical_class_name). Throws UsageError on a name that is not there or comes twice, and on what is no short text.
std::vector<std::string> class_emoji_of(const std::string& text, const std::vector<std::string>& names,
                                        const std::vector<std::string>& known);

}  // namespace fer::cli
