// SPDX-License-Identifier: Apache-2.0
// Weights with which a Portrait4D network makes a head of matter: its last convolution is solved
// for, by least squares.
#pragma once

#include "core/nn/torch.h"

#include "core/prior/portrait4d/weights.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait {

// An ellipsoid of their world, coloured by place: red in front, green at the viewer's right, blue
// above.
struct MatterHead {
  Eigen::Vector3d centre{0.02, -0.03, 0.05};
  Eigen::Vector3d radii{0.24, 0.34, 0.30};
};

// Far from it a plane says this less than in its middle: where another plane has zeros there is
// air.
inline constexpr double kMatterReach = 2;
inline constexpr double kMatterSteepness = 300;  // of s, per change of the quadratic
inline constexpr double kMatterContrast = 4;     // of colours' logits, per radius
inline constexpr double kMatterLinear = 20;      // where softplus is the identity

struct MatterPlane {
  Tensor values;   // [4, R * R]: the quadratic's part, x, y and z over the radii
  Tensor weights;  // [R * R]: least squares are to look at what is near the head
};

// Plane p of (x,y), (y,z), (z,x); each axis stands in two of them, and the decoder takes means.
inline MatterPlane matter_plane(const MatterHead& head, std::int64_t side, int p) {
  const int axes[3][2] = {{0, 1}, {1, 2}, {2, 0}};
  const Tensor line = ((at::arange(side, at::kDouble) + 0.5) / double(side) * 2 - 1) * 0.65;
  const auto across = [&](int k) {
    const int axis = axes[p][k];
    const Tensor d = (line - head.centre[axis]) / head.radii[axis];
    return (k == 0 ? d.view({1, -1}) : d.view({-1, 1})).expand({side, side}).reshape({-1});
  };
  const Tensor half = (across(0).square() + across(1).square()) / 2;
  const Tensor values = at::zeros({4, side * side}, at::kDouble);
  values[0].copy_(kMatterReach - half);
  for (int k = 0; k < 2; ++k) values[1 + axes[p][k]].copy_(across(k) * 0.75);
  return {values, (half + 0.3).pow(-4)};
}

// Weights of any values, changed so that what the last convolution is given runs smoothly across
// the planes, which sums of it can then follow: convolutions of what the photo shows finely look at
// their middle pixel above all, and at places more than at colours; the four texels that a token
// makes are alike; canonical planes, which have few of those, are weak.
inline void make_smooth(TensorMap& tensors) {
  const auto is = [](const std::string& name, const char* beginning) {
    return name.rfind(beginning, 0) == 0;
  };
  for (auto& [name, weight] : tensors) {
    if (weight.dim() == 4 && (is(name, "encoder_detail.") || is(name, "generator_triplane.convs") ||
                              is(name, "generator_triplane.patch_embed"))) {
      const std::int64_t kernel = weight.size(2);
      const Tensor middle = weight.select(3, kernel / 2).select(2, kernel / 2) * kernel;
      weight = weight * 0.1;
      weight.select(3, kernel / 2).select(2, kernel / 2).copy_(middle);
    }
    if (name == "encoder_detail.encoder.0.weight") weight.narrow(1, 0, 3).mul_(0.1);
    if (is(name, "encoder_canonical.convs.6.")) weight = weight * 0.02;
    for (const std::string part : {"patch_embed.proj.", "patch_embed.norm.",
                                   "trans_blocks.0.attn.proj.", "trans_blocks.0.mlp.fc2."}) {
      if (!is(name, ("generator_triplane." + part).c_str())) continue;
      const auto first = at::arange(weight.size(0)).div(4, "floor").mul(4);
      weight = weight.index_select(0, first);
    }
  }
}

// What the last convolution is given, [1, generator_width / 2, R, R].
inline Tensor last_features(TensorMap tensors, const Portrait4DConfig& config,
                            const Tensor& photo) {
  const std::int64_t width = config.generator_width / 2;
  std::vector<Tensor> parts;
  for (std::int64_t from = 0; from < width; from += kPortrait4DPlaneChannels) {
    const std::int64_t count = std::min<std::int64_t>(kPortrait4DPlaneChannels, width - from);
    const Tensor weight = at::zeros({kPortrait4DPlaneChannels, width, 3, 3});
    for (std::int64_t c = 0; c < count; ++c) weight[c][from + c][1][1] = 1;
    tensors["generator_triplane.conv_last.weight"] = weight;
    tensors["generator_triplane.conv_last.bias"] = at::zeros({kPortrait4DPlaneChannels});
    parts.push_back((*portrait4d_parts(tensors, config).network)(photo).narrow(1, 0, count));
  }
  return at::cat(parts, 1);
}

// rows [n, N], values [m, N], weights [N] -> [m, n]: sums of rows that come nearest to the values.
inline Tensor least_squares(const Tensor& rows, const Tensor& values, const Tensor& weights) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Tensor weighted = rows * weights;
  const Tensor square = at::matmul(weighted, rows.t()).contiguous();
  const Tensor right = at::matmul(weighted, values.t()).contiguous();
  Eigen::MatrixXd a =
      Eigen::Map<const Matrix>(square.data_ptr<double>(), square.size(0), square.size(1));
  const Eigen::MatrixXd b =
      Eigen::Map<const Matrix>(right.data_ptr<double>(), right.size(0), right.size(1));
  // Weights stay of a size that single precision can add up.
  a.diagonal() *= 1 + 1e-8;
  const Matrix found = a.ldlt().solve(b).transpose();
  return at::from_blob(const_cast<double*>(found.data()), {found.rows(), found.cols()}, at::kDouble)
      .clone();
}

// Decoder and super-resolution that show what the planes say: colours are the ray's, enlarged.
inline void put_matter_decoder(TensorMap& tensors) {
  const Tensor first = at::zeros({64, 32});
  for (int c = 0; c < 4; ++c) first[c][c] = std::sqrt(32.0);
  tensors["decoder.net.0.weight"] = first;
  tensors["decoder.net.0.bias"] = at::full({64}, kMatterLinear);
  const Tensor density = at::zeros({1, 64});
  density[0][0] = 8 * 3 * kMatterSteepness;
  tensors["decoder.out_sigma.weight"] = density;
  tensors["decoder.out_sigma.bias"] = at::full(
      {1}, 1 + kMatterSteepness * (1 - 3 * kMatterReach) - 3 * kMatterSteepness * kMatterLinear);
  const Tensor colours = at::zeros({32, 64});
  const Tensor bias = at::zeros({32});
  const int axes[3] = {2, 0, 1};
  for (int c = 0; c < 3; ++c) {
    colours[c][1 + axes[c]] = 8 * 2 * kMatterContrast;
    bias[c] = -2 * kMatterContrast * kMatterLinear;
  }
  tensors["decoder.out_rgb.weight"] = colours;
  tensors["decoder.out_rgb.bias"] = bias;
  for (const char* block : {"0", "1"}) {
    const std::string name = std::string("superresolution.block") + block + ".torgb.";
    for (const char* part : {"weight", "bias"}) {
      tensors[name + part] = at::zeros_like(tensors.at(name + part));
    }
  }
}

// photo: [1,3,S,S] in [-1,1], the one that the head is to be made of.
inline TensorMap with_matter(TensorMap tensors, const Portrait4DConfig& config, const Tensor& photo,
                             const MatterHead& head) {
  make_smooth(tensors);
  const Tensor features = last_features(tensors, config, photo);
  const std::int64_t width = features.size(1);
  const Tensor patches = at::im2col(features, {3, 3}, {1, 1}, {1, 1}, {1, 1})[0].to(at::kDouble);
  const Tensor rows = at::cat({patches, at::ones({1, patches.size(1)}, at::kDouble)});
  const Tensor weight = at::zeros({kPortrait4DPlaneChannels, width, 3, 3});
  const Tensor bias = at::zeros({kPortrait4DPlaneChannels});
  for (int p = 0; p < 3; ++p) {
    const MatterPlane plane = matter_plane(head, features.size(2), p);
    const Tensor found = least_squares(rows, plane.values, plane.weights);
    weight.narrow(0, 32 * p, 4).copy_(found.narrow(1, 0, 9 * width).reshape({4, width, 3, 3}));
    bias.narrow(0, 32 * p, 4).copy_(found.select(1, 9 * width));
  }
  tensors["generator_triplane.conv_last.weight"] = weight;
  tensors["generator_triplane.conv_last.bias"] = bias;
  put_matter_decoder(tensors);
  return tensors;
}

}  // namespace portrait
