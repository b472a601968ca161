namespace SlimSharp.Runs;

/// <summary>
/// A page as it is written, in one format or another. In texts, **words** are bold and `words` are code.
/// </summary>
internal abstract class PageText
{
    /// <summary>Adds a heading; level 1 is the page's.</summary>
    internal abstract void Heading(int level, string text);

    /// <summary>Adds a paragraph.</summary>
    internal abstract void Say(string paragraph);

    /// <summary>Adds a list.</summary>
    internal abstract void List(IEnumerable<string> items);

    /// <summary>Adds a table.</summary>
    internal abstract void Table(IEnumerable<string> heads, IEnumerable<string[]> rows);

    /// <summary>Adds a picture.</summary>
    /// <param name="name">What it is called among those of the page.</param>
    /// <param name="caption">What it shows.</param>
    /// <param name="svg">The picture.</param>
    internal abstract void Picture(string name, string caption, string svg);
}
