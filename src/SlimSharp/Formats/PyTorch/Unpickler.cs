using System.Buffers.Binary;
using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace SlimSharp.Formats;

/// <summary>
/// Reads the pickles of PyTorch state dicts and nothing else: a fixed list of operations and of names. No code of the
/// file is run; whatever it asks for beyond the list is refused by name.
/// </summary>
/// <remarks>Operations: Python's pickletools, protocols 0 to 4, as far as torch.save writes them.</remarks>
internal sealed class Unpickler(Stream stream, Func<object?[], object> storage)
{
    private static readonly object Mark = new();
    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memo = [];

    /// <summary>The object that the next pickle in the stream holds.</summary>
    /// <exception cref="InvalidDataException">
    /// It asks for something else than a state dict does, or is damaged.
    /// </exception>
    internal object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        while (true)
        {
            switch ((char)Byte())
            {
                case '\x80':
                    Byte();
                    break;
                case '\x95':
                    Bytes(8);
                    break;
                case '.':
                    return Pop();
                case '(':
                    _stack.Add(Mark);
                    break;
                case '}':
                    _stack.Add(new Hashtable());
                    break;
                case ']':
                    _stack.Add(new ArrayList());
                    break;
                case ')':
                    _stack.Add(Array.Empty<object?>());
                    break;
                case 'N':
                    _stack.Add(null);
                    break;
                case '\x88':
                    _stack.Add(true);
                    break;
                case '\x89':
                    _stack.Add(false);
                    break;
                case 'J':
                    _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)));
                    break;
                case 'K':
                    _stack.Add((long)Byte());
                    break;
                case 'M':
                    _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)));
                    break;
                case '\x8a':
                    _stack.Add(Long(Bytes(Byte())));
                    break;
                case 'G':
                    _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)));
                    break;
                case 'X':
                    _stack.Add(Encoding.UTF8.GetString(Bytes(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)))));
                    break;
                case 'T':
                    _stack.Add(Encoding.Latin1.GetString(Bytes(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)))));
                    break;
                case 'U':
                    _stack.Add(Encoding.Latin1.GetString(Bytes(Byte())));
                    break;
                case '\x8c':
                    _stack.Add(Encoding.UTF8.GetString(Bytes(Byte())));
                    break;
                case 'q':
                    _memo[Byte()] = _stack[^1];
                    break;
                case 'r':
                    _memo[BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))] = _stack[^1];
                    break;
                case '\x94':
                    _memo[_memo.Count] = _stack[^1];
                    break;
                case 'h':
                    _stack.Add(_memo[Byte()]);
                    break;
                case 'j':
                    _stack.Add(_memo[BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))]);
                    break;
                case 't':
                    _stack.Add(SinceMark());
                    break;
                case '\x85':
                    _stack.Add(new[] { Pop() });
                    break;
                case '\x86':
                    Tuple(2);
                    break;
                case '\x87':
                    Tuple(3);
                    break;
                case 's':
                    SetItems([.. Last(2)]);
                    break;
                case 'u':
                    SetItems(SinceMark());
                    break;
                case 'a':
                    Append([Pop()]);
                    break;
                case 'e':
                    Append(SinceMark());
                    break;
                case 'c':
                    _stack.Add(new PickledName($"{Line()}.{Line()}"));
                    break;
                case '\x93':
                    NameFromStack();
                    break;
                case 'Q':
                    _stack.Add(storage((object?[])Pop()!));
                    break;
                case 'R':
                    Reduce();
                    break;
                case 'b':
                    Pop();
                    break; // attributes of an OrderedDict, such as its version
                case var other:
                    throw new InvalidDataException(
                        $"it uses the operation 0x{(int)other:x2}, which no state dict needs"
                    );
            }
        }
    }

    private void NameFromStack()
    {
        var name = Pop();
        _stack.Add(new PickledName($"{Pop()}.{name}"));
    }

    private void Reduce()
    {
        var arguments = (object?[])Pop()!;
        var name = (PickledName)Pop()!;
        _stack.Add(
            name.Value switch
            {
                "collections.OrderedDict" => new Hashtable(),
                "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" => PickledTensor.Of(arguments),
                "torch._utils._rebuild_parameter" => arguments[0],
                _ => throw new InvalidDataException($"it calls {name.Value}, which no state dict needs"),
            }
        );
    }

    private void SetItems(object?[] items)
    {
        var target = (Hashtable)_stack[^1]!;
        for (var i = 0; i + 1 < items.Length; i += 2)
            target[items[i]!] = items[i + 1];
    }

    private void Append(object?[] items)
    {
        foreach (var item in items)
            ((ArrayList)_stack[^1]!).Add(item);
    }

    private void Tuple(int count) => _stack.Add(Last(count));

    private object?[] Last(int count)
    {
        object?[] items = [.. CollectionsMarshal.AsSpan(_stack)[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] SinceMark()
    {
        var mark = _stack.LastIndexOf(Mark);
        if (mark < 0)
            throw new InvalidDataException("a mark is missing");
        var items = Last(_stack.Count - mark - 1);
        Pop();
        return items;
    }

    private object? Pop() => Last(1)[0];

    private static object Long(byte[] bytes) =>
        bytes.Length <= 8
            ? bytes.Length == 0
                ? 0L
                : (long)new System.Numerics.BigInteger(bytes)
            : new System.Numerics.BigInteger(bytes);

    private byte Byte() =>
        stream.ReadByte() is >= 0 and var b ? (byte)b : throw new EndOfStreamException("it is cut short");

    private byte[] Bytes(int count)
    {
        if (count < 0 || count > stream.Length - stream.Position)
            throw new InvalidDataException("it is cut short");
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private string Line()
    {
        var line = new StringBuilder();
        for (var b = Byte(); b != '\n'; b = Byte())
            line.Append((char)b);
        return line.ToString();
    }
}
