// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench_fields.h"
#include "core/base/random.h"
#include "core/camera/camera.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/prior/gan_prior.h"

namespace portrait::cli {

Field dense_field() {
  RandomStream random({1, random_purpose("bench.field"), 0, 0});
  Field field;
  field.frame = FieldFrame::eg3d();
  field.planes = at::empty({3, 1, kFieldChannels, 256, 256});
  random.fill_normal({field.planes.data_ptr<float>(), std::size_t(field.planes.numel())});
  field.decoder = Decoder::random(random);
  return field;
}

Field head_field(const std::filesystem::path& pack) {
  const GanPrior prior =
      GanPrior::load(ModelPack::open(pack.empty() ? default_pack_folder() : pack));
  // An oval of skin in front of the head's place, eyes and mouth where they belong.
  constexpr int kSize = 512;
  const Tensor line = (at::arange(kSize, at::kFloat) + 0.5) / kSize - 0.5;
  const auto oval = [&](double x, double y, double width, double height) {
    const Tensor u = ((line - x) / width).square().view({1, kSize});
    const Tensor v = ((line - y) / height).square().view({kSize, 1});
    return ((1 - (u + v).sqrt()) * 20 + 0.5).clamp(0, 1);
  };
  const Tensor matte = oval(0, 0.02, 0.27, 0.36);
  Tensor crop = at::tensor({0.82F, 0.62F, 0.52F}).view({3, 1, 1}).expand({3, kSize, kSize});
  const auto paint = [&](const Tensor& where, float red, float green, float blue) {
    crop = at::lerp(crop, at::tensor({red, green, blue}).view({3, 1, 1}), where.unsqueeze(0));
  };
  paint(oval(0, -0.22, 0.28, 0.14), 0.25F, 0.17F, 0.12F);
  paint(oval(-0.09, 0.0, 0.035, 0.015), 0.2F, 0.15F, 0.12F);
  paint(oval(0.09, 0.0, 0.035, 0.015), 0.2F, 0.15F, 0.12F);
  paint(oval(0, 0.19, 0.07, 0.018), 0.6F, 0.3F, 0.28F);
  return prior.infer(at::lerp(at::full_like(crop, 0.5), crop, matte.unsqueeze(0)),
                     matte.unsqueeze(0), rig_camera({0, 0}));
}

FieldParameters::FieldParameters(const Field& field) : tensors{field.planes} {
  for (const auto& named : field.decoder.named_parameters()) tensors.push_back(named.second);
}

void FieldParameters::require(bool gradients) const {
  for (const Tensor& tensor : tensors) tensor.set_requires_grad(gradients);
}

std::vector<Tensor> FieldParameters::take_gradients() const {
  std::vector<Tensor> taken;
  for (const Tensor& tensor : tensors) {
    taken.push_back(tensor.grad());
    tensor.mutable_grad() = Tensor();
  }
  return taken;
}

}  // namespace portrait::cli
