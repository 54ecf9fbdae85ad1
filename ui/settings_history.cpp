// SPDX-License-Identifier: Apache-2.0
#include "ui/settings_history.h"

#include "core/base/settings.h"
#include "ui/translated.h"

#include <QElapsedTimer>
#include <QUndoCommand>

#include <utility>
#include <vector>

namespace portrait {
namespace {

constexpr int kMergeMs = 1200;  // between two moves of one slider that are one change
constexpr int kMostChanges = 200;

std::vector<const SettingRow*> changed_rows(const Settings& a, const Settings& b) {
  std::vector<const SettingRow*> rows;
  for (const SettingRow& row : settings_table()) {
    if (a.value(row.key) != b.value(row.key)) rows.push_back(&row);
  }
  return rows;
}

QString value_text(const Settings& settings, const SettingRow& row) {
  if (std::holds_alternative<FlagDomain>(row.domain)) {
    return settings.get<bool>(row.key) ? SettingsHistory::tr("on") : SettingsHistory::tr("off");
  }
  return QString::fromStdString(setting_text(settings.value(row.key)));
}

QString change_text(const Settings& before, const Settings& after, const QString& preset) {
  if (!preset.isEmpty()) return SettingsHistory::tr("preset %1").arg(translated(preset.toStdString()));
  const auto rows = changed_rows(before, after);
  if (rows.size() != 1) return SettingsHistory::tr("%1 settings").arg(rows.size());
  const QString label = translated(rows.front()->label);
  // Lists of angles and prompts are longer than a menu is wide.
  const SettingDomain& domain = rows.front()->domain;
  if (std::holds_alternative<AngleListDomain>(domain) ||
      std::holds_alternative<TextDomain>(domain)) {
    return label;
  }
  return SettingsHistory::tr("%1 %2 → %3")
      .arg(label, value_text(before, *rows.front()), value_text(after, *rows.front()));
}

}  // namespace

class SettingsHistory::Change : public QUndoCommand {
 public:
  Change(SettingsHistory& history, const Settings& before, const Settings& after,
         const QString& preset)
      : history_(history), before_(before), after_(after), preset_(preset) {
    setText(change_text(before_, after_, preset_));
    made_.start();
  }

  int id() const override { return 1; }
  void undo() override { restore(before_); }
  void redo() override {
    // When it is pushed, it has been done already.
    if (std::exchange(pushed_, true)) restore(after_);
  }
  bool mergeWith(const QUndoCommand* other) override {
    const auto* next = static_cast<const Change*>(other);
    if (!preset_.isEmpty() || !next->preset_.isEmpty() || made_.elapsed() > kMergeMs) return false;
    const auto mine = changed_rows(before_, after_);
    if (mine.size() != 1 || changed_rows(before_, next->after_).size() > 1 ||
        changed_rows(after_, next->after_) != mine) {
      return false;
    }
    after_ = next->after_;
    made_.restart();
    setText(change_text(before_, after_, {}));
    setObsolete(before_ == after_);  // moved back to where it was
    return true;
  }

 private:
  void restore(const Settings& settings) {
    *history_.now_ = settings;
    Q_EMIT history_.restored(std::make_shared<const Settings>(settings));
  }

  SettingsHistory& history_;
  Settings before_;
  Settings after_;
  QString preset_;
  QElapsedTimer made_;
  bool pushed_ = false;
};

SettingsHistory::SettingsHistory(QObject* parent)
    : QObject(parent), now_(std::make_unique<Settings>()) {
  stack_.setUndoLimit(kMostChanges);
}

SettingsHistory::~SettingsHistory() = default;

void SettingsHistory::record(const Settings& now, const QString& preset) {
  if (now == *now_) return;
  auto* change = new Change(*this, *now_, now, preset);
  *now_ = now;
  stack_.push(change);
}

void SettingsHistory::begin_with(const Settings& settings) {
  if (settings == *now_) return;
  *now_ = settings;
  stack_.clear();
}

}  // namespace portrait
