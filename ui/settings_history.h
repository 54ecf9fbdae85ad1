// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QUndoStack>

#include <memory>

namespace portrait {

class Settings;

// What the artist changed in the settings, to be taken back and done again. Moves of one slider
// that follow each other closely are one change.
class SettingsHistory : public QObject {
  Q_OBJECT

 public:
  explicit SettingsHistory(QObject* parent = nullptr);
  ~SettingsHistory() override;

  // The settings became these by the artist's hand. `preset`: by choosing it; its name for people.
  void record(const Settings& now, const QString& preset = {});
  // These are in force by other means (a project brought them): what was before is no longer ours
  // to go back to. Settings that hold already leave the history as it is.
  void begin_with(const Settings& settings);
  QUndoStack& stack() { return stack_; }

 Q_SIGNALS:
  // By undo or redo.
  void restored(std::shared_ptr<const portrait::Settings> settings);

 private:
  class Change;

  QUndoStack stack_;
  std::unique_ptr<Settings> now_;
};

}  // namespace portrait
