using System.Globalization;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Input;

namespace Smplat.Functions.Http.Errors;

/// <summary>The list of everything that is wrong with a request (422), or one sentence in the commerce envelope (400).</summary>
public static class ValidationBody
{
    public static Task WriteAsync(HttpContext http, IReadOnlyList<FieldError> errors)
    {
        if (ErrorBody.IsCommerce(http.Request.Path))
        {
            var first = errors[0];
            var path = string.Join(".", first.Location.Skip(1).Select(part => Convert.ToString(part, CultureInfo.InvariantCulture)));
            return ErrorBody.WriteAsync(http, ErrorKind.InvalidRequest, path.Length == 0 ? first.Message : $"{path}: {first.Message}");
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
}
