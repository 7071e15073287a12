using System.Globalization;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http;

/// <summary>The list of everything that is wrong with a request (422), or what is wrong first, in the commerce envelope (400).</summary>
public static class ValidationBody
{
    private const int MostSentences = 5;

    public static Task WriteAsync(HttpContext http, IReadOnlyList<FieldError> errors)
    {
        if (ErrorBody.IsCommerce(http.Request.Path))
        {
            var kind = errors[0].Type is "json_invalid" or "json_duplicate" or "object_type" or "string_unicode" ? ErrorKind.InvalidJson : ErrorKind.InvalidRequest;
            return ErrorBody.WriteAsync(http, kind, string.Join(" ", errors.Take(MostSentences).Select(Sentence)));
        }

        return ErrorBody.WriteAsync(http, StatusCodes.Status422UnprocessableEntity, writer =>
        {
            writer.WriteStartArray("detail");
            foreach (var error in errors)
            {
                writer.WriteStartObject();
                writer.WriteString("type", error.Type);
                writer.WriteStartArray("loc");
                foreach (var part in error.Location)
                {
                    if (part is int index)
                    {
                        writer.WriteNumberValue(index);
                    }
                    else
                    {
                        writer.WriteStringValue((string)part);
                    }
                }

                writer.WriteEndArray();
                writer.WriteString("msg", error.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("trace_id", ErrorBody.TraceId());
        });
    }

    private static string Sentence(FieldError error)
    {
        var path = string.Join(".", error.Location.Skip(1).Select(part => Convert.ToString(part, CultureInfo.InvariantCulture)));
        return error.Type == "json_invalid" ? $"The body is not valid JSON at byte {path}."
            : path.Length == 0 ? error.Message
            : $"{path}: {error.Message}";
    }
}
