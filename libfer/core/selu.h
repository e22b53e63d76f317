// The two numbers of selu: what computes it, reads it and writes it has them from here.
#pragma once

namespace fer::core {

// Klambauer et al. 2017, "Self-Normalizing Neural Networks", eq. 14.
inline constexpr float kSeluScale = 1.05070098735548f, kSeluAlpha = 1.67326324235437f;

}  // namespace fer::core
