#pragma once

/// Loads libdbus-1, once. NULL: it is there, and every dbus_ function can be called; else why it is not. To be asked
/// before the first of them is called.
const char *_Nullable fleet_dbus_load(void);
