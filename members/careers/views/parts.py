"""The section about a career on a person's page, for those who may see careers."""
def person_section(request, person):
    return None
