using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>A form as a browser sends it, read by the same readers as JSON bodies. Empty fields count as left out.</summary>
public sealed class OpsForm
{
    private const string MediaType = "application/x-www-form-urlencoded";

    private readonly Dictionary<string, object> _members;

    private OpsForm(Dictionary<string, object> members) => _members = members;

    /// <summary>Text of a field; null when it was left out or given several times.</summary>
    public string? this[string name] => _members.GetValueOrDefault(name) as string;

    /// <summary>Anything that is not such a form reads as an empty one, and lacks its token.</summary>
    public static async Task<OpsForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = await request.ReadBytesAsync(cancellationToken);
        if (request.ContentType?.StartsWith(MediaType, StringComparison.OrdinalIgnoreCase) != true)
        {
            return new([]);
        }

        var members = new Dictionary<string, object>();
        foreach (var (name, values) in QueryHelpers.ParseQuery(Encoding.UTF8.GetString(bytes.Span)))
        {
            if (values is [{ } single])
            {
                if (!string.IsNullOrWhiteSpace(single))
                {
                    members[name] = single.Trim();
                }
            }
            else
            {
                members[name] = values.ToArray();
            }
        }

        return new(members);
    }

    /// <summary>Sets what the sender has no say in, such as who acts.</summary>
    public OpsForm With(string name, object value) => new(new(_members) { [name] = value });

    /// <exception cref="InvalidInputException">Fields are wrong.</exception>
    public T Read<T>(Func<Fields, T> read)
    {
        var fields = Fields.From(JsonSerializer.SerializeToElement(_members), "form");
        var command = read(fields);
        fields.ThrowIfInvalid();
        return command;
    }
}
