// The column of labels: numbers, whose meaning is agreed on, or names. The first row of a file says which.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/csv_fields.h"
#include "fer/dataset.h"

namespace fer::data::csv {

// Labels as they stand in the file: numbers, or places in `names`.
struct Labels {
  std::vector<uint8_t> codes;
  std::vector<std::string> names;

  void clear();
  // The labels of the rows that follow. False: there are too many names.
  bool append(const Labels& more);
};

class LabelRule {
 public:
  // fer2013's numbers.
  LabelRule();
  // 0, 1, 2, ... have these names; an empty one: the number is refused.
  explicit LabelRule(const std::vector<std::string>& names_of_numbers);

  // What the column is called in messages.
  void call(const std::string& column) { column_ = column; }
  // Numbers or names, by the first label of the file.
  void decide(Field first);
  bool by_name() const { return by_name_; }

  // One label, appended.
  std::optional<Mistake> parse(Field field, Labels& labels) const;
  // Gives the data class names and labels.
  void finish(const Labels& labels, Dataset& data) const;

 private:
  std::optional<Mistake> parse_number(const Field& field, Labels& labels) const;
  std::optional<Mistake> parse_name(const Field& field, Labels& labels) const;
  std::string expected_numbers() const;

  std::string column_ = "emotion";
  std::vector<std::string> names_;  // of numbers
  bool own_ = false;                // not fer2013's
  bool by_name_ = false;
};

}  // namespace fer::data::csv
