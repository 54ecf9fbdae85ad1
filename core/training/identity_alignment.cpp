// SPDX-License-Identifier: Apache-2.0
#include "core/training/identity_alignment.h"

#include <complex>
#include <cstddef>

namespace portrait {

Affine2 photo_from_face(const Points2& landmarks, int margin_px) {
  using Complex = std::complex<double>;
  const std::array<Eigen::Vector2d, 5> found = {eye_centre(landmarks, true),
                                                eye_centre(landmarks, false), landmarks[30],
                                                landmarks[48], landmarks[54]};
  // In the plane a similarity is w = a z + b of complex numbers, and least squares are linear.
  std::array<Complex, 5> z, w;
  Complex mean_z, mean_w;
  for (std::size_t i = 0; i < 5; ++i) {
    z[i] = Complex(kFaceTemplate[i][0] + margin_px, kFaceTemplate[i][1] + margin_px);
    w[i] = Complex(found[i].x(), found[i].y());
    mean_z += z[i] / 5.0;
    mean_w += w[i] / 5.0;
  }
  Complex covariance;
  double spread = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    covariance += std::conj(z[i] - mean_z) * (w[i] - mean_w);
    spread += std::norm(z[i] - mean_z);
  }
  const Complex a = covariance / spread;
  const Complex b = mean_w - a * mean_z;
  Affine2 photo_from_crop;
  photo_from_crop << a.real(), -a.imag(), b.real(), a.imag(), a.real(), b.imag();
  return photo_from_crop;
}

}  // namespace portrait
