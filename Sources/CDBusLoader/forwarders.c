// libdbus-1, found when it is first called instead of when the program starts: with it come five more libraries, and
// most commands never talk to a bus. Where it is not installed, `mosaic` still runs (over systemctl).
//
// Each function stands here under libdbus's own name and passes the call on. They are hidden, so that libdbus itself,
// which calls some of them, never meets them.
#pragma GCC visibility push(hidden)
#include <dbus/dbus.h>
#pragma GCC visibility pop

#include "CDBusLoader.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void *library;
static char problem[256];

static void open_library(void)
{
    // Lazily: most of what the libraries behind it need of each other is never called.
    library = dlopen("libdbus-1.so.3", RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        snprintf(problem, sizeof problem, "%s", why ? why : "libdbus-1.so.3 cannot be loaded");
    }
}

const char *fleet_dbus_load(void)
{
    pthread_once(&once, open_library);
    return library ? NULL : problem;
}

// A caller that did not look at fleet_dbus_load's answer, or a libdbus-1.so.3 without a function that it had from its
// first release on: there is nothing to go on with.
static void *find(const char *name)
{
    const char *why = fleet_dbus_load();
    void *function = why ? NULL : dlsym(library, name);
    if (!function) {
        fprintf(stderr, "mosaic: %s: %s\n", name, why ? why : "not in libdbus-1.so.3");
        abort();
    }
    return function;
}

#define FORWARD(answer, name, parameters, arguments)                         \
    answer name parameters                                                   \
    {                                                                        \
        static __typeof__(name) *real;                                       \
        __typeof__(name) *function = __atomic_load_n(&real, __ATOMIC_RELAXED); \
        if (!function) {                                                     \
            function = (__typeof__(name) *)find(#name);                      \
            __atomic_store_n(&real, function, __ATOMIC_RELAXED);             \
        }                                                                    \
        return function arguments;                                           \
    }

// clang-format off
FORWARD(void, dbus_address_entries_free, (DBusAddressEntry **entries), (entries))
FORWARD(char *, dbus_address_escape_value, (const char *value), (value))
FORWARD(dbus_bool_t, dbus_bus_set_unique_name, (DBusConnection *connection, const char *unique_name), (connection, unique_name))
FORWARD(void, dbus_connection_close, (DBusConnection *connection), (connection))
FORWARD(dbus_bool_t, dbus_connection_get_is_authenticated, (DBusConnection *connection), (connection))
FORWARD(dbus_bool_t, dbus_connection_get_is_connected, (DBusConnection *connection), (connection))
FORWARD(dbus_bool_t, dbus_connection_get_unix_fd, (DBusConnection *connection, int *fd), (connection, fd))
FORWARD(dbus_bool_t, dbus_connection_has_messages_to_send, (DBusConnection *connection), (connection))
FORWARD(DBusConnection *, dbus_connection_open_private, (const char *address, DBusError *error), (address, error))
FORWARD(DBusMessage *, dbus_connection_pop_message, (DBusConnection *connection), (connection))
FORWARD(dbus_bool_t, dbus_connection_read_write, (DBusConnection *connection, int timeout_milliseconds), (connection, timeout_milliseconds))
FORWARD(dbus_bool_t, dbus_connection_send, (DBusConnection *connection, DBusMessage *message, dbus_uint32_t *client_serial), (connection, message, client_serial))
FORWARD(void, dbus_connection_set_exit_on_disconnect, (DBusConnection *connection, dbus_bool_t exit_on_disconnect), (connection, exit_on_disconnect))
FORWARD(void, dbus_connection_set_max_message_size, (DBusConnection *connection, long size), (connection, size))
FORWARD(void, dbus_connection_unref, (DBusConnection *connection), (connection))
FORWARD(void, dbus_error_free, (DBusError *error), (error))
FORWARD(void, dbus_error_init, (DBusError *error), (error))
FORWARD(void, dbus_free, (void *memory), (memory))
FORWARD(const char *, dbus_message_get_error_name, (DBusMessage *message), (message))
FORWARD(dbus_bool_t, dbus_message_marshal, (DBusMessage *message, char **text, int *length), (message, text, length))
FORWARD(const char *, dbus_message_get_path, (DBusMessage *message), (message))
FORWARD(dbus_uint32_t, dbus_message_get_reply_serial, (DBusMessage *message), (message))
FORWARD(const char *, dbus_message_get_sender, (DBusMessage *message), (message))
FORWARD(int, dbus_message_get_type, (DBusMessage *message), (message))
FORWARD(dbus_bool_t, dbus_message_is_signal, (DBusMessage *message, const char *iface, const char *signal_name), (message, iface, signal_name))
FORWARD(void, dbus_message_iter_abandon_container, (DBusMessageIter *iter, DBusMessageIter *sub), (iter, sub))
FORWARD(dbus_bool_t, dbus_message_iter_append_basic, (DBusMessageIter *iter, int type, const void *value), (iter, type, value))
FORWARD(dbus_bool_t, dbus_message_iter_close_container, (DBusMessageIter *iter, DBusMessageIter *sub), (iter, sub))
FORWARD(int, dbus_message_iter_get_arg_type, (DBusMessageIter *iter), (iter))
FORWARD(void, dbus_message_iter_get_basic, (DBusMessageIter *iter, void *value), (iter, value))
FORWARD(dbus_bool_t, dbus_message_iter_init, (DBusMessage *message, DBusMessageIter *iter), (message, iter))
FORWARD(void, dbus_message_iter_init_append, (DBusMessage *message, DBusMessageIter *iter), (message, iter))
FORWARD(dbus_bool_t, dbus_message_iter_next, (DBusMessageIter *iter), (iter))
FORWARD(dbus_bool_t, dbus_message_iter_open_container, (DBusMessageIter *iter, int type, const char *contained_signature, DBusMessageIter *sub), (iter, type, contained_signature, sub))
FORWARD(void, dbus_message_iter_recurse, (DBusMessageIter *iter, DBusMessageIter *sub), (iter, sub))
FORWARD(DBusMessage *, dbus_message_new_method_call, (const char *bus_name, const char *path, const char *iface, const char *method), (bus_name, path, iface, method))
FORWARD(void, dbus_message_set_auto_start, (DBusMessage *message, dbus_bool_t auto_start), (message, auto_start))
FORWARD(void, dbus_message_unref, (DBusMessage *message), (message))
FORWARD(dbus_bool_t, dbus_parse_address, (const char *address, DBusAddressEntry ***entry_result, int *array_len, DBusError *error), (address, entry_result, array_len, error))
FORWARD(dbus_bool_t, dbus_threads_init_default, (void), ())
FORWARD(dbus_bool_t, dbus_validate_bus_name, (const char *name, DBusError *error), (name, error))
FORWARD(dbus_bool_t, dbus_validate_interface, (const char *name, DBusError *error), (name, error))
FORWARD(dbus_bool_t, dbus_validate_member, (const char *name, DBusError *error), (name, error))
FORWARD(dbus_bool_t, dbus_validate_path, (const char *path, DBusError *error), (path, error))
FORWARD(dbus_bool_t, dbus_validate_utf8, (const char *alleged_utf8, DBusError *error), (alleged_utf8, error))
