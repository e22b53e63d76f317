#include "fer/loss.h"

namespace fer {

const char* loss_name(Loss loss) { return loss == Loss::kSquaredHinge ? "squared_hinge" : "cross_entropy"; }

}  // namespace fer
