using Tomlyn.Syntax;

namespace SlimSharp.Runs;

/// <summary>
/// Finds what a TOML document gives twice, by the rules of toml.io: keys, tables, and tables that extend what is
/// closed. Tomlyn's tables keep the last of them, and its own check takes the tables of one list for each other where
/// lists lie within lists.
/// </summary>
internal static class TomlKeys
{
    /// <exception cref="RunException">A key is there twice; the message names it with both its lines.</exception>
    internal static void Check(string file, DocumentSyntax document)
    {
        var root = new Scope(file);
        Define(document.KeyValues, root, []);
        foreach (var table in document.Tables)
        {
            var (names, line) = (Names(table.Name!), Line(table));
            var parent = root;
            for (var i = 0; i < names.Length - 1; i++)
                parent = parent.Below(names, i, line, isHeader: true);
            Define(table.Items, parent.Open(names, line, isList: table is TableArraySyntax), names);
        }
    }

    private static void Define(SyntaxList<KeyValueSyntax> pairs, Scope scope, string[] path)
    {
        foreach (var pair in pairs)
            Define(pair, scope, path);
    }

    private static void Define(KeyValueSyntax pair, Scope scope, string[] path)
    {
        var (names, line) = (Names(pair.Key!), Line(pair));
        string[] whole = [.. path, .. names];
        for (var i = path.Length; i < whole.Length - 1; i++)
            scope = scope.Below(whole, i, line, isHeader: false);
        scope.Put(whole, line);
        CheckWithin(pair.Value, whole, scope);
    }

    // Tables within a value are whole with it.
    private static void CheckWithin(ValueSyntax? value, string[] path, Scope around)
    {
        if (value is InlineTableSyntax table)
        {
            var scope = around.Beside();
            foreach (var item in table.Items)
                Define(item.KeyValue!, scope, path);
        }
        foreach (var item in (value as ArraySyntax)?.Items ?? [])
            CheckWithin(item.Value, path, around);
    }

    private static string[] Names(KeySyntax key) => [Name(key.Key), .. key.DotKeys.Select(d => Name(d.Key))];

    private static string Name(BareKeyOrStringValueSyntax? key) =>
        key is StringValueSyntax text ? text.Value ?? "" : (key as BareKeySyntax)?.Key?.Text ?? "";

    private static int Line(SyntaxNode node) => node.Span.Start.Line + 1;

    private enum Kind
    {
        Value,
        DottedTable, // by a key with dots: closed to headers
        ImplicitTable, // by the header of one below it: may have one of its own yet
        Table,
        List,
    }

    private sealed class Scope(string file)
    {
        private readonly Dictionary<string, (Kind Kind, int Line, Scope? Scope)> _items = [];

        /// <summary>Another one of the same file.</summary>
        internal Scope Beside() => new(file);

        internal Scope Below(string[] path, int at, int line, bool isHeader)
        {
            if (!_items.TryGetValue(path[at], out var item))
            {
                var kind = isHeader ? Kind.ImplicitTable : Kind.DottedTable;
                _items[path[at]] = item = (kind, line, Beside());
            }
            // Keys with dots extend what other such keys made, headers all but values.
            return item.Scope is { } scope && (isHeader || item.Kind == Kind.DottedTable)
                ? scope
                : throw Twice(path[..(at + 1)], line, item.Line);
        }

        internal Scope Open(string[] path, int line, bool isList)
        {
            var kind = isList ? Kind.List : Kind.Table;
            if (_items.TryGetValue(path[^1], out var item))
            {
                if (!(isList ? item.Kind == Kind.List : item.Kind == Kind.ImplicitTable))
                    throw Twice(path, line, item.Line);
                // A list goes on with a new table; a table that was there for those below it gets its own keys.
                line = isList ? item.Line : line;
            }
            var scope = isList ? Beside() : item.Scope ?? Beside();
            _items[path[^1]] = (kind, line, scope);
            return scope;
        }

        internal void Put(string[] path, int line)
        {
            if (!_items.TryAdd(path[^1], (Kind.Value, line, null)))
                throw Twice(path, line, _items[path[^1]].Line);
        }

        private RunException Twice(string[] path, int line, int before) =>
            new(
                $"{file}, line {line}: '{ScriptWord.Visible(string.Join('.', path))}' is given already in line {before}; give it once."
            );
    }
}
