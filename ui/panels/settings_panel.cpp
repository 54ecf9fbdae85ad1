// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/settings_panel.h"

#include "core/base/settings.h"
#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/panels/setting_edits.h"
#include "ui/translated.h"
#include "ui/widgets/value_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace portrait {
namespace {

// Fixed for a session and set on the command line, or edited by a panel of their own.
constexpr std::array kElsewhere = {"device",
                                   "face",
                                   "field_of_view",
                                   "hpdm.explicit",
                                   "hpdm.w_ex",
                                   "hpdm.implicit",
                                   "hpdm.w_im",
                                   "hpdm.geometry_prior",
                                   "hpdm.w_geo",
                                   "noise.mode",
                                   "noise.sigma",
                                   "diffusion.prompt",
                                   "diffusion.negative_prompt"};

bool shown_here(const SettingRow& row) {
  return std::find(kElsewhere.begin(), kElsewhere.end(), row.key) == kElsewhere.end();
}

QString when_text(Applies applies) {
  switch (applies) {
    case Applies::kLive: return SettingsPanel::tr("Acts from the next step.");
    case Applies::kNextStage: return SettingsPanel::tr("Acts when the next stage starts.");
    case Applies::kRestart: return SettingsPanel::tr("Acts in the next run.");
  }
  return {};
}

// What domain_text() says, in the window's language.
struct ValuesText {
  QString operator()(const FlagDomain&) const { return SettingsPanel::tr("on or off"); }
  QString operator()(const IntegerDomain& d) const {
    return SettingsPanel::tr("a whole number from %1 to %2").arg(d.low).arg(d.high);
  }
  QString operator()(const RealDomain& d) const {
    return SettingsPanel::tr("a number from %1 to %2").arg(d.low).arg(d.high);
  }
  QString operator()(const ChoiceDomain& d) const {
    QStringList names;
    for (const std::string& name : d.names) names << QString::fromStdString(name);
    return SettingsPanel::tr("one of: %1").arg(names.join(", "));
  }
  QString operator()(const AngleListDomain& d) const {
    return SettingsPanel::tr("%1 to %2 viewpoints: azimuth,elevation of each in degrees and, where "
                             "it is not 1, its weight, with spaces between them")
        .arg(d.fewest)
        .arg(d.most);
  }
  QString operator()(const TextDomain& d) const {
    return SettingsPanel::tr("a line of at most %1 bytes").arg(d.most);
  }
};

QString values_text(const SettingDomain& domain) {
  return std::visit(ValuesText{}, domain);
}

QString tip_text(const SettingRow& row) {
  // No colour of its own: it follows the theme.
  return QString("<p>%1</p><p><small>%2 %3 · %4</small></p>")
      .arg(translated(row.help).toHtmlEscaped(), when_text(row.applies), values_text(row.domain),
           QString::fromStdString(row.key));
}

QString label_text(const SettingRow& row) {
  QString label = translated(row.label);
  if (!row.unit.empty()) label += QString(" (%1)").arg(translated(row.unit));
  return label;
}

}  // namespace

SettingsPanel::SettingsPanel(QWidget* parent)
    : QWidget(parent), settings_(std::make_unique<Settings>()) {
  PanelSection section = make_section(tr("Settings"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);
  more_ = new QPushButton(tr("show all"));
  more_->setProperty("link", true);
  more_->setCursor(Qt::PointingHandCursor);
  qobject_cast<QHBoxLayout*>(section.body->itemAt(0)->layout())->addWidget(more_);
  section.body->setSpacing(5);
  connect(more_, &QPushButton::clicked, this, [this] { show_advanced(!advanced_); });

  std::string group;
  for (const SettingRow& row : settings_table()) {
    if (!shown_here(row)) continue;
    if (row.group != group) {
      group = row.group;
      auto* heading = new QLabel(translated(group));
      heading->setObjectName("strong");
      heading->setContentsMargins(0, groups_.empty() ? 6 : 10, 0, 0);
      section.body->addWidget(heading);
      groups_.push_back({heading, {}});
    }
    groups_.back().editors.push_back(editors_.size());
    editors_.push_back(make_editor(row));
    section.body->addWidget(editors_.back().widget);
  }
  show_advanced(false);
  show_settings(*settings_);
}

SettingsPanel::~SettingsPanel() = default;

SettingsPanel::Editor SettingsPanel::make_editor(const SettingRow& row) {
  auto* line = new QWidget;
  auto* layout = new QHBoxLayout(line);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(8);
  line->setToolTip(tip_text(row));
  Editor editor{&row, line, {}};

  auto add_label = [&] {
    auto* label = new ElidedLabel;
    label->setObjectName("dim");
    label->set_text(label_text(row));
    label->setToolTip(tip_text(row));
    layout->addWidget(label, 1);
  };
  if (std::holds_alternative<FlagDomain>(row.domain)) {
    auto* box = new QCheckBox(label_text(row));
    layout->addWidget(box, 1);
    connect(box, &QCheckBox::clicked, this,
            [this, &row](bool on) { edit(row, on ? "true" : "false"); });
    editor.show = [box, &row](const Settings& s) { box->setChecked(s.get<bool>(row.key)); };
  } else if (const auto* choice = std::get_if<ChoiceDomain>(&row.domain)) {
    add_label();
    auto* combo = new QComboBox;
    for (const std::string& name : choice->names) combo->addItem(QString::fromStdString(name));
    combo->setAccessibleName(label_text(row));
    layout->addWidget(combo);
    connect(combo, &QComboBox::textActivated, this,
            [this, &row](const QString& name) { edit(row, name.toStdString()); });
    editor.show = [combo, &row](const Settings& s) {
      combo->setCurrentText(QString::fromStdString(s.get<std::string>(row.key)));
    };
  } else if (std::holds_alternative<AngleListDomain>(row.domain) ||
             std::holds_alternative<TextDomain>(row.domain)) {
    add_label();
    auto* text = new QLineEdit;
    text->setAccessibleName(label_text(row));
    layout->addWidget(text, 1);
    connect(text, &QLineEdit::editingFinished, this,
            [this, text, &row] { edit(row, text->text().toStdString()); });
    editor.show = [text, &row](const Settings& s) {
      const QString shown = QString::fromStdString(s.get<std::string>(row.key));
      if (text->text() == shown) return;
      text->setText(shown);
      text->setCursorPosition(0);
    };
  } else {
    add_label();
    auto* slider = new ValueSlider(slider_range(row));
    slider->setAccessibleName(label_text(row));
    layout->addWidget(slider);
    connect(slider, &ValueSlider::edited, this,
            [this, &row](const QString& text) { edit(row, text.toStdString()); });
    editor.show = [slider, &row](const Settings& s) {
      slider->set_value(std::visit(
          [](const auto& v) -> double {
            if constexpr (std::is_arithmetic_v<std::decay_t<decltype(v)>>) {
              return double(v);
            } else {
              return 0;
            }
          },
          s.value(row.key)));
    };
  }
  return editor;
}

void SettingsPanel::edit(const SettingRow& row, const std::string& text) {
  const auto edited = with_text(*settings_, std::string(row.key), text);
  if (!edited) {
    // The editor goes back to what holds; its tooltip names the domain.
    show_settings(*settings_);
    return;
  }
  if (*edited == *settings_) return;
  *settings_ = *edited;
  Q_EMIT shown(*settings_);
  Q_EMIT changed(std::make_shared<const Settings>(*settings_));
}

void SettingsPanel::show_settings(const Settings& settings) {
  if (&settings != settings_.get()) *settings_ = settings;
  for (const Editor& editor : editors_) editor.show(*settings_);
  Q_EMIT shown(*settings_);
}

void SettingsPanel::change(const std::string& key, const std::string& text) {
  edit(setting_row(key), text);
  show_settings(*settings_);
}

void SettingsPanel::show_snapshot(const Snapshot& snapshot) {
  const bool enabled = can_change_settings(snapshot.state);
  for (const Editor& editor : editors_) editor.widget->setEnabled(enabled);
}

void SettingsPanel::show_advanced(bool advanced) {
  advanced_ = advanced;
  more_->setText(advanced ? tr("show fewer") : tr("show all"));
  for (const Group& group : groups_) {
    bool any = false;
    for (std::size_t index : group.editors) {
      const bool shown = advanced || !editors_[index].row->advanced;
      editors_[index].widget->setVisible(shown);
      any = any || shown;
    }
    group.heading->setVisible(any);
  }
}

}  // namespace portrait
