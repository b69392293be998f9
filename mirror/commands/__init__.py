"""What a person does with a collection, as commands of Scrapy's own command line."""
