// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/detail_stage.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/pipeline/detail_root.h"
#include "core/pipeline/text_prompt.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace portrait {
namespace {

// A summed gradient is clipped to so many times its usual norm.
constexpr double kClip = 4;
constexpr double kNormMemory = 0.8;
// Of the rate of the planes, by level of their pyramid. By single texels (1) outlines came out
// serrated: painted grain of one view moves what another sees from the side.
const std::vector<double> kPlaneShares{0.3, 0.3, 0.3};
constexpr double kBeta2 = 0.9;  // of Adam: an iteration sees every side, and there are few

Field leaves_of(Field head) {
  head.requires_grad(true);
  return head;
}

}  // namespace

DetailStage::DetailStage(Field head, const PhotoTarget& photo,
                         std::shared_ptr<const DetailPainter> painter, std::uint64_t seed,
                         const Settings& settings, const ViewLocks& locks,
                         std::function<std::shared_ptr<const PerceptualDistance>()> perceptual)
    : head_(leaves_of(std::move(head))),
      whole_photo_(photo),
      photo_(photo),
      painter_(std::move(painter)),
      seed_(seed),
      settings_(settings),
      perceptual_(std::move(perceptual)),
      options_(DetailOptions::from(settings)),
      opening_(head_, options_.coarse, options_.fine),
      planes_(head_.planes, kPlaneShares, kBeta2),
      decoder_(live_rate_adam(head_.decoder.named_parameters(), kBeta2)),
      sr_(live_rate_adam(head_.sr.named_parameters(), kBeta2)),
      good_(head_.tensors(),
            {{"planes", &planes_.moments()}, {"decoder", &decoder_}, {"sr", &sr_}}) {
  const auto crop = static_cast<int>(photo.rgb.size(1));
  take_conditioning();
  take_perceptual();
  options_.noise.seed = seed;
  options_.size = std::min(options_.size, crop);
  if (options_.size < crop) photo_ = photo.reduced(options_.size);
  check(options_.size % painter_->base().size_step() == 0, ErrorCode::kBadUsage,
        "Pictures of {} pixels cannot be painted; the pack's networks take multiples of {}",
        options_.size, painter_->base().size_step());
  put_locks_in_force(locks);
  take_rig();
  root_ = std::make_unique<Root>();
  root_->picture = photo_.over_trained_background();
  root_->latents = painter_->base().latents(root_->picture);
  keep_good();
  begin_round();
}

DetailStage::~DetailStage() = default;

// Of the photo that is known; or of the prompt, which may be edited as the stage runs.
void DetailStage::take_conditioning() {
  const TextPrompt prompt = text_prompt(settings_);
  if (conditioning_ && (prompt == prompt_ || !painter_->base().reads_text())) return;
  prompt_ = prompt;
  conditioning_ = painter_->base().conditioning(whole_photo_.over_trained_background(), prompt_);
}

void DetailStage::take_rig() {
  std::vector<View> views;
  std::vector<int> from;  // which of the views before each is, -1 when it begins anew
  for (const RigView& rig : viewpoint_rig(settings_)) {
    const auto found = std::find_if(now_.views.begin(), now_.views.end(), [&](const View& view) {
      return view.rig.viewpoint == rig.viewpoint;
    });
    const int driver_before = rig.driver < 0 ? -1 : from[std::size_t(rig.driver)];
    const bool stays = found != now_.views.end() && found->rig.driver == driver_before &&
                       (rig.driver < 0) == (driver_before < 0);
    from.push_back(stays ? static_cast<int>(found - now_.views.begin()) : -1);
    View view = stays ? *found : View{};
    view.rig = rig;
    view.camera = rig_camera(rig.viewpoint);
    take_lock(view);
    views.push_back(std::move(view));
  }
  now_.views = std::move(views);
}

void DetailStage::take_perceptual() {
  if (options_.image_loss.perceptual == 0 || options_.image_loss.network || !perceptual_) return;
  options_.image_loss.network = perceptual_();
}

void DetailStage::begin_round() {
  if (now_.inner == 0 && waiting_) {
    settings_ = *waiting_;
    options_.take_live(settings_);
    take_conditioning();
    take_perceptual();
    waiting_.reset();
  }
  if (now_.inner == 0 && waiting_locks_) {
    put_locks_in_force(std::move(*waiting_locks_));
    waiting_locks_.reset();
  }
  if (now_.inner == 0) take_rig();
  begun_ = now_;
  part_ = 0;
  sum_.clear();
  fine_.clear();
  if (now_.inner == 0 || turn() == 0) losses_.terms.clear();
  const auto [painted, count, wanted] = turns();
  const int first = std::max(now_.iteration - 1, 0) * wanted;
  // Those whose turn it is, those that were never painted (others may be told of them), and those
  // that are locked.
  order_.clear();
  int own = 0;
  for (const std::size_t view : painted) {  // drivers come before what they drive
    if (!now_.views[view].locked.empty()) {
      order_.insert(order_.end(), now_.inner == 0 ? 1 : std::size_t(options_.lock_steps), view);
      continue;
    }
    const int place = ((own - first) % count + count) % count;
    ++own;
    if (place < wanted || !now_.views[view].memory.target.defined()) order_.push_back(view);
  }
}

DetailStage::Turns DetailStage::turns() const {
  Turns turns;
  for (std::size_t v = 0; v < now_.views.size(); ++v) {
    if (now_.views[v].rig.weight == 0) continue;
    turns.painted.push_back(v);
    if (now_.views[v].locked.empty()) ++turns.own;
  }
  turns.wanted = std::min(options_.views_per_iteration, turns.own);
  return turns;
}

int DetailStage::views_wanted() const {
  const Turns these = turns();
  return these.wanted + static_cast<int>(these.painted.size()) - these.own;
}

int DetailStage::steps_in_round() const {
  const Turns these = turns();
  const int locked = static_cast<int>(these.painted.size()) - these.own;
  return 1 + these.wanted + locked * options_.lock_steps;
}

int DetailStage::turn() const { return (now_.inner - 1) % steps_in_round(); }

StageResult DetailStage::step() {
  check(!finished(), ErrorCode::kInternal, "The detail stage was stepped after its end");
  const FitLosses before = losses_;
  const FineDetail fine_before = fine_;
  try {
    take_part();
  } catch (const Interrupted&) {
    losses_ = before;
    fine_ = fine_before;
    throw;
  }
  // What follows is short, and cannot be begun again.
  const Interruptible whole_or_not([] { return false; });
  const bool painting = now_.inner == 0;
  ++part_;
  const std::string culprit = losses_.non_finite();
  if (!culprit.empty()) return roll_back(culprit);
  const bool whole = !painting || part_ > static_cast<int>(order_.size()) + options_.random_views;
  return whole ? update() : StageResult{{}, false, false};
}

void DetailStage::take_part() {
  const bool painting = now_.inner == 0;
  const auto fixed = static_cast<int>(order_.size());
  const int place = painting ? part_ : turn();
  if (place == 0) {
    take_photo();
  } else if (place <= fixed) {
    const std::size_t view = order_[std::size_t(place - 1)];
    const bool locked = !now_.views[view].locked.empty();
    if (painting) {
      locked ? take_locked_view(view) : take_view(view);
    } else {
      locked ? repeat_locked_view(view) : repeat_view(view);
    }
  } else {
    take_random_view(place - 1 - fixed);
  }
}

// (19), or a step towards one kept target.
StageResult DetailStage::update() {
  const bool painting = now_.inner == 0;
  // Of one view, as if all were like it: what Adam remembers of sums then fits it too.
  double scale = painting || !options_.adam ? 1.0 : views_wanted() + 1.0;
  const double norm = gradient_norm(sum_) * scale;
  if (!std::isfinite(norm)) return roll_back("gradient of the head");
  if (now_.usual_norm > 0) scale *= std::min(1.0, kClip * now_.usual_norm / norm);
  if (painting) {
    const double clipped = norm * scale;
    now_.usual_norm =
        now_.usual_norm > 0 ? kNormMemory * now_.usual_norm + (1 - kNormMemory) * clipped : clipped;
  }
  const auto parameters = head_.parameters();
  check(sum_.size() == parameters.size(), ErrorCode::kInternal,
        "{} gradients were found for {} parameters", sum_.size(), parameters.size());
  const double factor = now_.damping * options_.rate_factor(now_.iteration);
  const auto rate_of = [&](const std::string& name) {
    return factor * (name == "planes"                 ? options_.rate_planes
                     : name.rfind("decoder.", 0) == 0 ? options_.rate_decoder
                                                      : options_.rate_sr);
  };
  {
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      Tensor parameter = parameters[i].second;
      if (!sum_[i].defined()) {
        parameter.mutable_grad() = Tensor();
      } else if (options_.adam) {
        parameter.mutable_grad() = scale == 1 ? sum_[i] : sum_[i] * scale;
      } else {
        parameter.sub_(sum_[i] * (scale * rate_of(parameters[i].first)));
      }
    }
  }
  if (options_.adam) {
    planes_.step(rate_of("planes"));
    if (options_.rate_decoder > 0) decoder_.step(rate_of("decoder."));
    if (options_.rate_sr > 0) sr_.step(rate_of("superresolution."));
  }
  fine_.apply(head_.detail);
  StageResult result;
  result.head_changed = painting || turn() + 1 == steps_in_round();  // once a round is soon enough
  if (result.head_changed) {
    losses_.add_total();
    result.losses = losses_;
  }
  if (++now_.inner > (options_.inner_steps - 1) * steps_in_round()) {
    now_.inner = 0;
    ++now_.iteration;
  }
  keep_good();
  begin_round();
  return result;
}

StageResult DetailStage::roll_back(const std::string& term) {
  StageResult result;
  result.rolled_back = true;
  result.losses = losses_.only(term);
  const int rollbacks = good_state_.rollbacks + 1;
  restore_good();
  now_.rollbacks = rollbacks;
  now_.damping *= 0.5;
  good_state_ = now_;
  check(rollbacks < 2, ErrorCode::kNumerical,
        "The detail stage met a value that is not finite ({}) again after going back to iteration "
        "{} with half the step size. The head of that iteration is kept; start again with lower "
        "learning rates.",
        term, now_.iteration);
  begin_round();
  return result;
}

}  // namespace portrait
