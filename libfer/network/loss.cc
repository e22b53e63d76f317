#include "fer/loss.h"

namespace fer {

const char* loss_name(Loss loss) {
  switch (loss) {
    case Loss::kCrossEntropy:
      return "cross_entropy";
    case Loss::kSquaredHinge:
      return "squared_hinge";
    case Loss::kSymmetricCrossEntropy:
      return "symmetric_cross_entropy";
  }
  return "";
}

}  // namespace fer
