// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/guidance_panel.h"

#include "core/base/settings.h"
#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/panels/prompt_field.h"
#include "ui/panels/setting_edits.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace portrait {
namespace {

struct Names {
  const char* on;      // setting
  const char* weight;  // setting
  const char* label;
  const char* tip;
};
constexpr std::array<Names, 3> kNames = {{
    {"hpdm.explicit", "hpdm.w_ex", QT_TRANSLATE_NOOP("GuidancePanel", "Projected view"),
     QT_TRANSLATE_NOOP("GuidancePanel",
                       "How strictly a view keeps to what its neighbour shows of it. "
                       "Explicit-Branch, w_ex, equation (9)")},
    {"hpdm.implicit", "hpdm.w_im", QT_TRANSLATE_NOOP("GuidancePanel", "Texture memory"),
     QT_TRANSLATE_NOOP("GuidancePanel",
                       "How much a view takes of its neighbour's strands, pores and cloth where "
                       "nothing is carried over. Implicit-Branch, w_im, equation (10)")},
    {"hpdm.geometry_prior", "hpdm.w_geo", QT_TRANSLATE_NOOP("GuidancePanel", "Geometry"),
     QT_TRANSLATE_NOOP("GuidancePanel",
                       "How much a view follows the head's own shape. Geometry prior, w_geo, "
                       "equation (11)")},
}};

QPushButton* make_toggle(const QString& letter, const QString& name, const QString& tip) {
  auto* button = new QPushButton(letter);
  button->setProperty("toggle", true);
  button->setCheckable(true);
  button->setAccessibleName(name);
  button->setToolTip(tip);
  return button;
}

}  // namespace

GuidancePanel::GuidancePanel(QWidget* parent)
    : QWidget(parent),
      settings_(std::make_unique<Settings>()),
      prompt_(new PromptField),
      keep_(new QPushButton(tr("keep as A"))),
      hold_(new QPushButton(tr("Hold to see A"))),
      return_(new QPushButton(tr("Back to A"))),
      kept_row_(new QWidget),
      kept_label_(new QLabel) {
  PanelSection section = make_section(tr("Guidance (HPDM)"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);
  keep_->setProperty("link", true);
  keep_->setCursor(Qt::PointingHandCursor);
  keep_->setToolTip(tr("Keep this picture and these weights, to hold what follows against them"));
  qobject_cast<QHBoxLayout*>(section.body->itemAt(0)->layout())->addWidget(keep_);

  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(4);
  grid->setVerticalSpacing(4);
  grid->setColumnStretch(0, 1);
  for (int i = 0; i < kControls; ++i) add_control(i, grid);
  section.body->addLayout(grid);
  prompt_->hide();
  section.body->addWidget(prompt_);
  connect(prompt_, &PromptField::edited, this,
          [this](const std::string& key, const std::string& text) {
            give(with_text(*settings_, key, text).value_or(*settings_));
          });

  auto* rows = new QVBoxLayout(kept_row_);
  rows->setContentsMargins(0, 4, 0, 0);
  rows->setSpacing(4);
  kept_label_->setObjectName("dim");
  rows->addWidget(kept_label_);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(4);
  for (QPushButton* button : {hold_, return_}) {
    button->setProperty("small", true);
    buttons->addWidget(button, 1);
  }
  hold_->setToolTip(tr("The kept picture, for as long as the button is held"));
  return_->setToolTip(tr("Take the weights of A again"));
  rows->addLayout(buttons);
  kept_row_->hide();
  section.body->addWidget(kept_row_);

  connect(keep_, &QPushButton::clicked, this, &GuidancePanel::keep);
  connect(hold_, &QPushButton::pressed, this, [this] { Q_EMIT held(true); });
  connect(hold_, &QPushButton::released, this, [this] { Q_EMIT held(false); });
  connect(return_, &QPushButton::clicked, this, [this] {
    Settings settings = *settings_;
    for (const Names& names : kNames) {
      settings.set(names.on, kept_->get<bool>(names.on));
      settings.set(names.weight, kept_->get<double>(names.weight));
    }
    give(settings);
  });
}

GuidancePanel::~GuidancePanel() = default;

void GuidancePanel::add_control(int index, QGridLayout* grid) {
  const Names& names = kNames[std::size_t(index)];
  Control& control = controls_[std::size_t(index)];
  control.label = new QLabel(tr(names.label));
  control.label->setToolTip(tr(names.tip));
  control.weight = new ValueSlider(slider_range(setting_row(names.weight)));
  control.weight->set_compact();
  control.weight->setToolTip(tr(names.tip));
  control.weight->setAccessibleName(tr(names.label));
  control.mute = make_toggle(QStringLiteral("M"), tr("Mute %1").arg(tr(names.label)),
                             tr("Mute: leave it out from the next view on"));
  control.solo = make_toggle(QStringLiteral("S"), tr("Only %1").arg(tr(names.label)),
                             tr("Solo: this one alone; once more brings the others back"));
  grid->addWidget(control.label, index, 0);
  grid->addWidget(control.weight, index, 1);
  grid->addWidget(control.mute, index, 2);
  grid->addWidget(control.solo, index, 3);
  connect(control.weight, &ValueSlider::edited, this,
          [this, key = names.weight](const QString& text) {
            const auto edited = with_text(*settings_, key, text.toStdString());
            give(edited.value_or(*settings_));  // out of its range: what holds comes back
          });
  connect(control.mute, &QPushButton::clicked, this,
          [this, index](bool on) { set_muted(index, on); });
  connect(control.solo, &QPushButton::clicked, this,
          [this, index](bool on) { set_alone(index, on); });
}

void GuidancePanel::set_muted(int index, bool muted) {
  Settings settings = *settings_;
  settings.set(kNames[std::size_t(index)].on, !muted);
  give(settings);
}

void GuidancePanel::set_alone(int index, bool on) {
  Settings settings = *settings_;
  bool any_solo = false;
  for (int i = 0; i < kControls; ++i) any_solo = any_solo || alone(i);
  for (int i = 0; i < kControls; ++i) {
    const char* key = kNames[std::size_t(i)].on;
    // From one solo to another, what was there before the first comes back in the end.
    if (on && !any_solo) before_solo_[std::size_t(i)] = settings.get<bool>(key);
    settings.set(key, on ? i == index : before_solo_[std::size_t(i)]);
  }
  give(settings);
}

bool GuidancePanel::alone(int index) const {
  for (int i = 0; i < kControls; ++i) {
    if (settings_->get<bool>(kNames[std::size_t(i)].on) != (i == index)) return false;
  }
  return true;
}

void GuidancePanel::keep() {
  kept_ = std::make_unique<Settings>(*settings_);
  QStringList weights;
  for (const Names& names : kNames) {
    weights << (kept_->get<bool>(names.on)
                    ? QString::number(kept_->get<double>(names.weight), 'f', 2)
                    : tr("off"));
  }
  kept_label_->setText(tr("A: %1").arg(weights.join(QStringLiteral(" · "))));
  kept_row_->show();
  Q_EMIT keep_requested();
}

void GuidancePanel::give(const Settings& settings) {
  const bool same = settings == *settings_;
  show_settings(settings);
  if (!same) Q_EMIT changed(std::make_shared<const Settings>(settings));
}

void GuidancePanel::show_settings(const Settings& settings) {
  if (&settings != settings_.get()) *settings_ = settings;
  for (int i = 0; i < kControls; ++i) {
    const Names& names = kNames[std::size_t(i)];
    Control& control = controls_[std::size_t(i)];
    const bool on = settings_->get<bool>(names.on);
    control.weight->set_value(settings_->get<double>(names.weight));
    control.weight->setEnabled(on && control.available);
    control.mute->setChecked(!on);
    control.solo->setChecked(alone(i));
  }
  prompt_->show_settings(*settings_);
}

void GuidancePanel::show_available(int index, bool available, const QString& why) {
  Control& control = controls_[std::size_t(index)];
  if (control.available == available) return;
  control.available = available;
  const QString tip = available ? tr(kNames[std::size_t(index)].tip) : why;
  for (QWidget* widget : {static_cast<QWidget*>(control.label), static_cast<QWidget*>(control.mute),
                          static_cast<QWidget*>(control.solo)}) {
    widget->setEnabled(available);
  }
  control.label->setToolTip(tip);
  control.weight->setToolTip(tip);
  show_settings(*settings_);
}

void GuidancePanel::show_snapshot(const Snapshot& snapshot) {
  const HpdmBranches& has = snapshot.hpdm;
  const QString no_pack = tr("This model pack has no networks for the stage Detail");
  const QString untrained = tr("This model pack was trained without it: it would have no effect");
  show_available(0, has.explicit_branch, no_pack);
  show_available(1, has.implicit_branch, has.explicit_branch ? untrained : no_pack);
  show_available(2, has.geometry_prior, has.explicit_branch ? untrained : no_pack);
  prompt_->setVisible(has.reads_text);
  const bool picture = snapshot.frame != nullptr && !snapshot.frame->rgba.empty();
  keep_->setEnabled(picture);
  if (snapshot.photo != photo_) {  // A is of a head that is gone
    photo_ = snapshot.photo;
    kept_.reset();
    kept_row_->hide();
  }
}

}  // namespace portrait
