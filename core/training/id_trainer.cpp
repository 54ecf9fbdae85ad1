// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/id_trainer.h"

#include "core/base/error.h"
#include "core/metrics/roc.h"
#include "core/nn/model_pack.h"
#include "core/training/batches_ahead.h"
#include "core/training/identity_batch.h"
#include "core/training/identity_people.h"
#include "core/training/install_weights.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

class IdTask : public TrainingTask {
 public:
  explicit IdTask(const IdTrainingOptions& options)
      : options_(options),
        net_(start()),
        people_(options.cache),
        batches_(options.run.device, [this](const TrainingStep& step) { return draw(step); }) {
    check(options_.photos >= 2, ErrorCode::kBadUsage,
          "{} photos of each person are too few; what they have in common is learned from 2",
          options_.photos);
  }

  std::vector<Adam::Group> parameters() override { return {{net_.parameters(), 1}}; }

  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    const IdentityBatch batch = batches_.next(step);
    const at::Device device = options_.run.device;
    const Tensor embeddings = net_.embed(batch.pictures.to(device));
    const Tensor loss = contrastive_loss(embeddings, batch.person.to(device), options_.temperature);
    step.note("loss", loss);
    return loss;
  }

  TrainingValues validate(const TensorMap& averaged) override {
    TrainingValues values = {{"people", people_.trained_on().people()}};
    if (people_.held_out().people() < 2) return values;
    const IdentityScore score =
        score_identity(FaceIdentity(averaged, net_.config()), people_.held_out());
    values["auc"] = score.auc;
    values["equal_error_rate"] = score.equal_error_rate;
    return values;
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    write_weights(options_.run.out, "id_compact", averaged, to_json(net_.config()), samples_seen,
                  "Aligned faces of synthetic people of core/synth on several days.");
  }

 private:
  IdentityBatch draw(const TrainingStep& step) const {
    return draw_identity_batch(people_.trained_on(), options_.run.batch / options_.photos,
                               options_.photos, step.key("identity batch"));
  }

  FaceIdentity start() {
    const at::Device device = options_.run.device;
    if (options_.run.from.empty()) {
      TensorMap fresh = FaceIdentity(options_.net, options_.run.seed).tensors();
      for (auto& [name, tensor] : fresh) tensor = tensor.to(device);
      return FaceIdentity(fresh, options_.net);
    }
    const ModelPack pack = ModelPack::open(options_.run.from);
    const PackNetwork& network = pack.network("id_compact");
    samples_before_ = network.samples_seen;
    return FaceIdentity(load_tensors(*network.weights, at::kFloat, device),
                        face_identity_config(network.config));
  }

  const IdTrainingOptions& options_;
  std::int64_t samples_before_ = 0;
  FaceIdentity net_;
  IdentityPeople people_;
  BatchesAhead<IdentityBatch> batches_;
};

}  // namespace

IdentityScore score_identity(const FaceIdentity& net, const IdentityFaces& faces,
                             double most_azimuth_deg) {
  const at::NoGradGuard no_grad;
  const at::Device device = net.parameters().front().second.device();
  std::vector<Tensor> embeddings;
  std::vector<int> person;
  for (int i = 0; i < faces.count(); ++i) {
    if (std::abs(faces.azimuth_deg[std::size_t(i)]) > most_azimuth_deg) continue;
    embeddings.push_back(net.embed(plain_faces(faces, i, 1).to(device)));
    person.push_back(faces.person[std::size_t(i)]);
  }
  std::vector<double> same, different;
  if (!embeddings.empty()) {
    const Tensor all = at::cat(embeddings).to(at::kCPU, at::kDouble);
    const Tensor cosines = at::matmul(all, all.t()).contiguous();
    const auto* cosine = cosines.data_ptr<double>();
    const std::size_t count = person.size();
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = i + 1; j < count; ++j) {
        (person[i] == person[j] ? same : different).push_back(cosine[i * count + j]);
      }
    }
  }
  return {area_under_roc(same, different), equal_error_rate(same, different),
          std::int64_t(same.size()), std::int64_t(different.size())};
}

Tensor contrastive_loss(const Tensor& embeddings, const Tensor& person, double temperature) {
  const Tensor itself = at::eye(person.size(0), person.options().dtype(at::kBool));
  const Tensor likeness =
      (at::matmul(embeddings, embeddings.t()) / temperature).masked_fill(itself, -1e9);
  const Tensor log_share = at::log_softmax(likeness, 1);
  const Tensor mates =
      (person.unsqueeze(1) == person.unsqueeze(0)).logical_and(itself.logical_not());
  const Tensor of_mates = log_share.masked_fill(mates.logical_not(), 0).sum(1);
  return -(of_mates / mates.sum(1).to(of_mates.scalar_type())).mean();
}

void train_id(const IdTrainingOptions& options,
              const std::function<void(const TrainingReport&)>& progress, std::stop_token stop) {
  IdTask task(options);
  run_training(task, options.run, options.schedule, progress, stop);
}

}  // namespace portrait
